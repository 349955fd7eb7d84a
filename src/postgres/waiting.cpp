#include "postgres/waiting.hpp"

#include <utility>
#include <vector>

#include "model/limits.hpp"
#include "model/overloaded.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* for_status = "wait_for_status";
constexpr const char* for_value = "wait_for_value";
constexpr const char* for_start = "wait_for_start";

}  // namespace

Waiting::Waiting(Batches& batches) : batches_(batches) {
  batches_.add(*this);
}

std::uint64_t Waiting::add(Wait wait) {
  stop(wait.asker, wait.wait_id);
  const std::uint64_t id = ++newest_;
  by_asker_[{wait.asker, wait.wait_id}] = id;
  by_instance_.emplace(wait.instance, id);
  waits_.emplace(id, std::move(wait));
  return id;
}

Waiting::Wait Waiting::take(Waits::iterator found) {
  const std::uint64_t id = found->first;
  Wait wait = std::move(found->second);
  waits_.erase(found);
  due_.erase(id);
  if (const auto named = by_asker_.find({wait.asker, wait.wait_id});
      named != by_asker_.end() && named->second == id) {
    by_asker_.erase(named);
  }
  const auto [begin, end] = by_instance_.equal_range(wait.instance);
  for (auto entry = begin; entry != end; ++entry) {
    if (entry->second == id) {
      by_instance_.erase(entry);
      break;
    }
  }
  return wait;
}

void Waiting::wait_for_status(Asker asker, const provider::WaitForStatus& request,
                              StatusReply reply) {
  Wait wait{asker, request.wait_id, request.instance};
  wait.what = ForStatus{request.after_custom_status, std::move(reply)};
  look_first(add(std::move(wait)));
}

void Waiting::wait_for_value(Asker asker, const provider::WaitForValue& request, ValueReply reply) {
  or_refuse<std::optional<StoredValue>>(for_value, reply, [&] {
    require(model::check_key(request.key));
    Wait wait{asker, request.wait_id, request.instance};
    wait.what = ForValue{request.key, request.after_version, reply};
    look_first(add(std::move(wait)));
  });
}

void Waiting::wait_for_start(Asker asker, const provider::WaitForStart& request,
                             StatusReply reply) {
  or_refuse<OrchestrationStatus>(for_start, reply, [&] {
    require(model::check_instance_id(request.instance));
    Wait wait{asker, request.wait_id, request.instance};
    wait.what = ForStart{request.first_turn, false, reply};
    look_first(add(std::move(wait)));
  });
}

std::uint64_t Waiting::wait_for_update(Asker asker, std::uint64_t wait_id,
                                       const std::string& instance, const std::string& update,
                                       AnswerReply reply) {
  Wait wait{asker, wait_id, instance};
  wait.what = ForAnswer{update, false, false, std::move(reply)};
  return add(std::move(wait));
}

std::uint64_t Waiting::wait_for_question(Asker asker, std::uint64_t wait_id,
                                         const std::string& instance, const std::string& question,
                                         AnswerReply reply) {
  Wait wait{asker, wait_id, instance};
  wait.what = ForAnswer{question, true, false, std::move(reply)};
  return add(std::move(wait));
}

void Waiting::sent(std::uint64_t id, std::int64_t number) {
  if (const auto wait = find(id); wait != waits_.end()) {
    wait->second.number = number;
    wait->second.was_seen = true;
    std::get<ForAnswer>(wait->second.what).is_sent = true;
  }
}

void Waiting::refuse(std::uint64_t id, const ProviderError& error) {
  if (const auto wait = find(id); wait != waits_.end()) {
    refuse(take(wait), error);
  }
}

void Waiting::refuse(Wait wait, const ProviderError& error) {
  std::visit(model::Overloaded{[&](const ForStatus& each) { each.reply(failure(error)); },
                               [&](const ForValue& each) { each.reply(failure(error)); },
                               [&](const ForStart& each) { each.reply(failure(error)); },
                               [&](const ForAnswer& each) { each.reply(failure(error)); }},
             wait.what);
}

bool Waiting::is_asked(const std::string& instance, const std::string& update) const {
  const auto [begin, end] = by_instance_.equal_range(instance);
  for (auto entry = begin; entry != end; ++entry) {
    const auto* asked = std::get_if<ForAnswer>(&waits_.at(entry->second).what);
    if (asked != nullptr && !asked->is_question && asked->id == update) {
      return true;
    }
  }
  return false;
}

void Waiting::answer(const std::string& instance, const provider::UpdateAnswer& answer) {
  std::vector<std::uint64_t> answered;
  const auto [begin, end] = by_instance_.equal_range(instance);
  for (auto entry = begin; entry != end; ++entry) {
    const auto* asked = std::get_if<ForAnswer>(&waits_.at(entry->second).what);
    if (asked != nullptr && asked->id == answer.id) {
      answered.push_back(entry->second);
    }
  }
  for (const std::uint64_t id : answered) {
    const Wait wait = take(find(id));
    std::get<ForAnswer>(wait.what).reply(std::optional(answer));
  }
}

void Waiting::begun(const std::string& instance) {
  const auto [begin, end] = by_instance_.equal_range(instance);
  for (auto entry = begin; entry != end; ++entry) {
    if (auto* start = std::get_if<ForStart>(&waits_.at(entry->second).what)) {
      start->has_begun = true;
      due_.insert(entry->second);
      batches_.ask_soon();
    }
  }
}

void Waiting::touch(const std::string& instance) {
  const auto [begin, end] = by_instance_.equal_range(instance);
  for (auto entry = begin; entry != end; ++entry) {
    due_.insert(entry->second);
    batches_.ask_soon();
  }
}

bool Waiting::may_answer(const Wait& wait, const provider::AckOrchestrationItem& ack,
                         bool is_first_turn) {
  if (ack.metadata.status != ExecutionStatus::running) {
    return true;
  }
  return std::visit(
      model::Overloaded{[&](const ForStatus& /*each*/) { return ack.custom_status.has_value(); },
                        [&](const ForValue& /*each*/) { return !ack.values.empty(); },
                        [&](const ForStart& /*each*/) { return is_first_turn; },
                        [](const ForAnswer& /*each*/) { return false; }},
      wait.what);
}

void Waiting::touch(const std::string& instance, const provider::AckOrchestrationItem& ack,
                    bool is_first_turn) {
  const auto [begin, end] = by_instance_.equal_range(instance);
  for (auto entry = begin; entry != end; ++entry) {
    if (may_answer(waits_.at(entry->second), ack, is_first_turn)) {
      due_.insert(entry->second);
      batches_.ask_soon();
    }
  }
}

void Waiting::touch_digest(std::int64_t digest) {
  for (const auto& [instance, id] : by_instance_) {
    if (digest_of_instance(instance) == digest) {
      due_.insert(id);
      batches_.ask_soon();
    }
  }
}

void Waiting::touch_all() {
  for (const auto& [id, wait] : waits_) {
    due_.insert(id);
    batches_.ask_soon();
  }
}

void Waiting::stop(Asker asker, std::uint64_t wait_id) {
  const auto named = by_asker_.find({asker, wait_id});
  if (named == by_asker_.end()) {
    return;
  }
  const std::uint64_t id = named->second;
  by_asker_.erase(named);
  const auto found = find(id);
  if (std::holds_alternative<ForStatus>(found->second.what) ||
      std::holds_alternative<ForValue>(found->second.what)) {
    found->second.is_stopped = true;
    due_.insert(id);
    batches_.ask_soon();
    return;
  }
  const Wait wait = take(found);
  if (const auto* start = std::get_if<ForStart>(&wait.what)) {
    start->reply(OrchestrationStatus());
    return;
  }
  const auto& asked = std::get<ForAnswer>(wait.what);
  if (asked.is_question) {
    Request request{for_question};
    request.is_of_process = true;
    request.done = [](const Outcome& /*outcome*/) {};
    request.calls.push_back(
        {"withdraw_question", Parameters().number(batches_.context().process).number(id)});
    batches_.submit(std::move(request));
  }
  asked.reply(std::optional<provider::UpdateAnswer>());
}

void Waiting::drop(Asker asker) {
  std::vector<std::uint64_t> dropped;
  for (const auto& [id, wait] : waits_) {
    if (wait.asker == asker) {
      dropped.push_back(id);
    }
  }
  for (const std::uint64_t id : dropped) {
    (void)take(find(id));
  }
}

void Waiting::refuse_all(const ProviderError& closed) {
  while (!waits_.empty()) {
    Wait wait = take(waits_.begin());
    ProviderError error = closed;
    const auto* asked = std::get_if<ForAnswer>(&wait.what);
    error.operation = std::holds_alternative<ForStatus>(wait.what)  ? for_status
                      : std::holds_alternative<ForValue>(wait.what) ? for_value
                      : std::holds_alternative<ForStart>(wait.what) ? for_start
                      : asked->is_question                          ? for_question
                                                                    : for_update;
    refuse(std::move(wait), error);
  }
}

}  // namespace duroxide::postgres
