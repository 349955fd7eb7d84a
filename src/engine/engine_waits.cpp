// Those who wait for an instance: for its end, its custom status, or a value.

#include <utility>

#include "engine/engine.hpp"
#include "engine/values.hpp"
#include "model/limits.hpp"
#include "model/overloaded.hpp"

namespace duroxide::storage {

namespace {

constexpr const char* for_status = "wait_for_status";
constexpr const char* for_value = "wait_for_value";

}  // namespace

void Engine::wait_for_status(Holder sender, const provider::WaitForStatus& request,
                             StatusReply reply) {
  if (stopped_) {
    reply(failure(closed_error(for_status)));
    return;
  }
  StatusWait wait{request.after_custom_status, std::move(reply)};
  std::optional<Number> parked_for;
  auto answer = answer_of<OrchestrationStatus>(for_status, [&]() -> OrchestrationStatus {
    // A start that is not committed yet is worth waiting for; its end is not worth telling.
    const auto number = find_number_for_wait(request.instance);
    if (!number) {
      return {};
    }
    auto status = load_status(batch_.committed(), *number);
    if (!wait.is_over(status)) {
      parked_for = number;
    }
    return status;
  });
  if (answer && parked_for) {
    park(*parked_for, sender, request.wait_id, std::move(wait));
  } else {
    wait.reply(std::move(answer));
  }
}

void Engine::wait_for_value(Holder sender, const provider::WaitForValue& request,
                            ValueReply reply) {
  if (stopped_) {
    reply(failure(closed_error(for_value)));
    return;
  }
  ValueWait wait{request.key, request.after_version, std::move(reply)};
  std::optional<Number> parked_for;
  auto answer =
      answer_of<std::optional<StoredValue>>(for_value, [&]() -> std::optional<StoredValue> {
        require(model::check_key(request.key));
        const auto number = find_number_for_wait(request.instance);
        if (!number) {
          return std::nullopt;
        }
        const ReadView& view = batch_.committed();
        auto value = load_value(view, *number, request.key);
        if (wait.is_over(value)) {
          return value;
        }
        const auto record = load_instance(view, *number);
        if (!record || record->status == ExecutionStatus::running) {
          parked_for = number;
        }
        return std::nullopt;
      });
  if (answer && parked_for) {
    park(*parked_for, sender, request.wait_id, std::move(wait));
  } else {
    wait.reply(std::move(answer));
  }
}

std::optional<Number> Engine::find_number_for_wait(const std::string& instance) {
  // One that the open batch deletes is there until that is committed.
  const auto number = instances_.find(instance);
  return number ? number : find_number(batch_.committed(), instance);
}

void Engine::park(Number number, Holder sender, std::uint64_t wait_id, Wait wait) {
  stop_waiting(sender, wait_id);
  waits_.add(number, sender, wait_id, std::move(wait));
}

void Engine::stop_waiting(Holder sender, std::uint64_t wait_id) {
  const auto stopped = waits_.stop(sender, wait_id);
  if (!stopped) {
    return;
  }
  const auto& [number, wait] = *stopped;
  if (const auto* status = std::get_if<StatusWait>(&wait)) {
    status->reply(answer_of<OrchestrationStatus>(
        for_status, [&, id = number] { return load_status(batch_.committed(), id); }));
  } else if (const auto* value = std::get_if<ValueWait>(&wait)) {
    value->reply(answer_of<std::optional<StoredValue>>(
        for_value, [&, id = number] { return load_value(batch_.committed(), id, value->key); }));
  }
}

void Engine::answer_waits(Number number, bool ended) {
  std::optional<StatusWait::Answer> status;  // the same for all of them
  const auto answer_status = [&](const StatusWait& wait) {
    if (!ended && !wait.after_custom_status) {
      return false;
    }
    if (!status) {
      status = answer_of<OrchestrationStatus>(
          for_status, [&] { return load_status(batch_.committed(), number); });
    }
    if (*status && !wait.is_over(**status)) {
      return false;
    }
    wait.reply(*status);
    return true;
  };
  const auto answer_value = [&](const ValueWait& wait) {
    auto value = answer_of<std::optional<StoredValue>>(
        for_value, [&] { return load_value(batch_.committed(), number, wait.key); });
    if (value && !wait.is_over(*value)) {
      if (!ended) {
        return false;
      }
      value = std::nullopt;
    }
    wait.reply(std::move(value));
    return true;
  };
  waits_.remove_if(number, [&](const Wait& wait) {
    return std::visit(model::Overloaded{answer_status, answer_value}, wait);
  });
}

void Engine::answer_waits_for_nobody(const std::vector<Number>& numbers) {
  for (const Number number : numbers) {
    if (!waits_.any(number)) {
      continue;
    }
    try {
      if (load_instance(batch_.committed(), number)) {
        continue;
      }
    } catch (const StorageFailure& failed) {
      log(LogLevel::error, failed.error().message);
      continue;
    }
    for (const Wait& wait : waits_.take(number)) {
      std::visit(model::Overloaded{
                     [](const StatusWait& each) { each.reply(OrchestrationStatus{}); },
                     [](const ValueWait& each) { each.reply(std::optional<StoredValue>{}); }},
                 wait);
    }
  }
}

void Engine::refuse_waits() {
  for (const Wait& wait : waits_.take_all()) {
    std::visit(
        model::Overloaded{
            [this](const StatusWait& each) { each.reply(failure(closed_error(for_status))); },
            [this](const ValueWait& each) { each.reply(failure(closed_error(for_value))); }},
        wait);
  }
}

}  // namespace duroxide::storage
