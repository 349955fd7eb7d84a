#include "engine/waiting.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "engine/updates.hpp"
#include "engine/values.hpp"
#include "model/limits.hpp"
#include "model/overloaded.hpp"

namespace duroxide::storage {

namespace {

constexpr const char* for_status = "wait_for_status";
constexpr const char* for_start = "wait_for_start";
constexpr const char* for_value = "wait_for_value";
constexpr const char* for_update = "update";

std::optional<Number> find_number_for_wait(Transaction& transaction, const std::string& instance) {
  // One that the open batch deletes is there until that is committed.
  const auto number = transaction.instances().find(instance);
  return number ? number : find_number(transaction.committed(), instance);
}

bool has_begun(const ReadView& view, Number number) {
  const auto record = load_instance(view, number);
  return record && record->has_begun();
}

/// `has_had_turn`: the batch held a first turn, even if the instance is in its next execution by now.
void answer_waits_for_start_of(Transaction& transaction, Number number, bool has_had_turn) {
  try {
    const auto record = load_instance(transaction.committed(), number);
    if (!record) {
      return;  // it was deleted in the same commit
    }
    const auto waits =
        transaction.start_waits().take(record->id, has_had_turn || record->has_begun());
    if (waits.empty()) {
      return;
    }
    const auto answer = answer_of<OrchestrationStatus>(
        for_start, [&] { return load_status(transaction.committed(), number); });
    for (const auto& reply : waits) {
      reply(answer);
    }
  } catch (const StorageFailure& failed) {
    transaction.log(LogLevel::error, failed.error().message);
  }
}

}  // namespace

void park(Transaction& transaction, Number number, Holder sender, std::uint64_t wait_id,
          Wait wait) {
  stop_waiting(transaction, sender, wait_id);
  transaction.waits().add(number, sender, wait_id, std::move(wait));
}

void wait_for_status(Transaction& transaction, Holder sender,
                     const provider::WaitForStatus& request, Reply<StatusWait::Answer> reply) {
  StatusWait wait{request.after_custom_status, std::move(reply)};
  std::optional<Number> parked_for;
  auto answer = answer_of<OrchestrationStatus>(for_status, [&]() -> OrchestrationStatus {
    // A start that is not committed yet is worth waiting for; its end is not worth telling.
    const auto number = find_number_for_wait(transaction, request.instance);
    if (!number) {
      return {};
    }
    auto status = load_status(transaction.committed(), *number);
    if (!wait.is_over(status)) {
      parked_for = number;
    }
    return status;
  });
  if (answer && parked_for) {
    park(transaction, *parked_for, sender, request.wait_id, std::move(wait));
  } else {
    wait.reply(std::move(answer));
  }
}

void wait_for_value(Transaction& transaction, Holder sender, const provider::WaitForValue& request,
                    Reply<ValueWait::Answer> reply) {
  ValueWait wait{request.key, request.after_version, std::move(reply)};
  std::optional<Number> parked_for;
  auto answer =
      answer_of<std::optional<StoredValue>>(for_value, [&]() -> std::optional<StoredValue> {
        require(model::check_key(request.key));
        const auto number = find_number_for_wait(transaction, request.instance);
        if (!number) {
          return std::nullopt;
        }
        const ReadView& view = transaction.committed();
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
    park(transaction, *parked_for, sender, request.wait_id, std::move(wait));
  } else {
    wait.reply(std::move(answer));
  }
}

void wait_for_start(Transaction& transaction, Holder sender, const provider::WaitForStart& request,
                    Reply<StartWaits::Answer> reply) {
  stop_waiting(transaction, sender, request.wait_id);
  auto answer = answer_of<OrchestrationStatus>(for_start, [&]() -> OrchestrationStatus {
    require(model::check_instance_id(request.instance));
    const ReadView& view = transaction.committed();
    const auto number = find_number(view, request.instance);
    if (!number || (request.first_turn && !has_begun(view, *number))) {
      return {};
    }
    return load_status(view, *number);
  });
  if (!answer || !answer->is_not_found()) {
    reply(std::move(answer));
    return;
  }
  transaction.start_waits().add(request.instance, sender, request.wait_id, request.first_turn,
                                std::move(reply));
  const auto number = transaction.instances().find(request.instance);
  if (number && number != find_number(transaction.committed(), request.instance)) {
    // Its start is in the open batch. For one that is there no batch need be open, so none would clear it.
    note_start(transaction, *number);
  }
}

void note_start(Transaction& transaction, Number number) {
  if (!transaction.start_waits().empty()) {
    transaction.outcome().created.push_back(number);
  }
}

void answer_waits_for_start(Transaction& transaction, const BatchOutcome& outcome) {
  if (transaction.start_waits().empty()) {
    return;
  }
  for (const Number number : outcome.created) {
    answer_waits_for_start_of(transaction, number, false);
  }
  for (const Number number : outcome.begun) {
    answer_waits_for_start_of(transaction, number, true);
  }
  for (const Number number : outcome.finished) {  // without a turn, if it was terminated
    answer_waits_for_start_of(transaction, number, true);
  }
}

void stop_waiting(Transaction& transaction, Holder sender, std::uint64_t wait_id) {
  if (const auto start = transaction.start_waits().stop(sender, wait_id)) {
    (*start)(StartWaits::Answer(OrchestrationStatus()));
    return;
  }
  const auto stopped = transaction.waits().stop(sender, wait_id);
  if (!stopped) {
    return;
  }
  const auto& [number, wait] = *stopped;
  if (const auto* status = std::get_if<StatusWait>(&wait)) {
    status->reply(answer_of<OrchestrationStatus>(
        for_status, [&, id = number] { return load_status(transaction.committed(), id); }));
  } else if (const auto* value = std::get_if<ValueWait>(&wait)) {
    value->reply(answer_of<std::optional<StoredValue>>(for_value, [&, id = number] {
      return load_value(transaction.committed(), id, value->key);
    }));
  } else if (const auto* update = std::get_if<UpdateWait>(&wait)) {
    update->reply(std::optional<provider::UpdateAnswer>());
  }
}

void answer_waits(Transaction& transaction, Number number, bool ended) {
  std::optional<StatusWait::Answer> status;  // the same for all of them
  const bool is_alone = transaction.waits().has_one(number);
  const auto answer_status = [&](const StatusWait& wait) {
    if (!ended && !wait.after_custom_status) {
      return false;
    }
    if (!status) {
      status = answer_of<OrchestrationStatus>(
          for_status, [&] { return load_status(transaction.committed(), number); });
    }
    if (*status && !wait.is_over(**status)) {
      return false;
    }
    if (is_alone) {
      wait.reply(std::move(*status));  // an output may be large
    } else {
      wait.reply(*status);
    }
    return true;
  };
  const auto answer_value = [&](const ValueWait& wait) {
    auto value = answer_of<std::optional<StoredValue>>(
        for_value, [&] { return load_value(transaction.committed(), number, wait.key); });
    if (value && !wait.is_over(*value)) {
      if (!ended) {
        return false;
      }
      value = std::nullopt;
    }
    wait.reply(std::move(value));
    return true;
  };
  const auto answer_update_at_end = [&](const UpdateWait& wait) {
    auto answer = ended ? answer_of_ended(transaction, number, wait) : std::nullopt;
    if (answer) {
      wait.reply(std::move(*answer));
    }
    return answer.has_value();  // those of one that was deleted as it ended are told so afterwards
  };
  transaction.waits().remove_if(number, [&](const Wait& wait) {
    return std::visit(model::Overloaded{answer_status, answer_value, answer_update_at_end}, wait);
  });
}

void answer_waits_for_nobody(Transaction& transaction, const std::vector<Number>& numbers) {
  for (const Number number : numbers) {
    if (!transaction.waits().any(number)) {
      continue;
    }
    try {
      if (load_instance(transaction.committed(), number)) {
        continue;
      }
    } catch (const StorageFailure& failed) {
      transaction.log(LogLevel::error, failed.error().message);
      continue;
    }
    for (const Wait& wait : transaction.waits().take(number)) {
      std::visit(
          model::Overloaded{
              [](const StatusWait& each) { each.reply(OrchestrationStatus{}); },
              [](const ValueWait& each) { each.reply(std::optional<StoredValue>{}); },
              [](const UpdateWait& each) {
                each.reply(failure(make_error(ProviderError::Kind::instance_not_found, for_update,
                                              "the instance was deleted before it answered")));
              }},
          wait);
    }
  }
}

void refuse_waits(Transaction& transaction, ProviderError closed) {
  for (const Wait& wait : transaction.waits().take_all()) {
    closed.operation = std::holds_alternative<StatusWait>(wait)  ? for_status
                       : std::holds_alternative<ValueWait>(wait) ? for_value
                                                                 : for_update;
    std::visit([&closed](const auto& each) { each.reply(failure(closed)); }, wait);
  }
  closed.operation = for_start;
  for (const auto& reply : transaction.start_waits().take_all()) {
    reply(failure(closed));
  }
}

}  // namespace duroxide::storage
