#include "postgres/waiting.hpp"

#include <utility>
#include <vector>

#include "model/encoding.hpp"
#include "model/limits.hpp"
#include "model/overloaded.hpp"
#include "postgres/instance_view.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* for_status = "wait_for_status";
constexpr const char* for_value = "wait_for_value";
constexpr const char* for_start = "wait_for_start";
constexpr const char* for_update = "update";
constexpr const char* for_question = "query";

/// What other processes have answered; they are asked only if there are any.
Call find_answer(std::int64_t number, const std::string& id) {
  return {"find_answer", Parameters().number(number).text(id),
          "SELECT output, error, refused FROM answers WHERE number = $1 AND id = $2 "
          "ORDER BY place DESC LIMIT 1"};
}

std::optional<provider::UpdateAnswer> answer_of(const Rows& found, const std::string& id) {
  if (found.empty()) {
    return std::nullopt;
  }
  const Rows::Row row = found.first();
  provider::UpdateAnswer answer{id, row.text(0)};
  if (!row.is_null(1)) {
    answer.error = model::decode_error(row.bytes(1)).value_or(ErrorDetails());
  }
  answer.refused = row.flag(2);
  return answer;
}

std::optional<provider::UpdateAnswer> answer_in(const std::vector<Event>& history,
                                                const std::string& id) {
  for (const Event& event : history) {
    const auto* answered = std::get_if<event::UpdateAnswered>(&event.kind);
    if (answered != nullptr && answered->id == id) {
      return provider::UpdateAnswer{answered->id, answered->output, answered->error,
                                    answered->refused};
    }
  }
  return std::nullopt;
}

ProviderError has_ended(const char* operation, const std::string& instance) {
  return refused(operation, ProviderError::Kind::instance_finished,
                 "the instance `" + instance + "` has ended, and has not answered");
}

}  // namespace

Waiting::Waiting(Batches& batches) : batches_(batches) {
  batches_.add(*this);
}

// --- waits ----------------------------------------------------------------------------------------

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
  due_.insert(add(std::move(wait)));
  batches_.ask_soon();
}

void Waiting::wait_for_value(Asker asker, const provider::WaitForValue& request, ValueReply reply) {
  or_refuse<std::optional<StoredValue>>(for_value, reply, [&] {
    require(model::check_key(request.key));
    Wait wait{asker, request.wait_id, request.instance};
    wait.what = ForValue{request.key, request.after_version, reply};
    due_.insert(add(std::move(wait)));
    batches_.ask_soon();
  });
}

void Waiting::wait_for_start(Asker asker, const provider::WaitForStart& request,
                             StatusReply reply) {
  or_refuse<OrchestrationStatus>(for_start, reply, [&] {
    require(model::check_instance_id(request.instance));
    Wait wait{asker, request.wait_id, request.instance};
    wait.what = ForStart{request.first_turn, false, reply};
    due_.insert(add(std::move(wait)));
    batches_.ask_soon();
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

// --- looking --------------------------------------------------------------------------------------

void Waiting::join(Runner::Batch& batch) {
  for (const std::uint64_t id : std::exchange(due_, {})) {
    const auto found = find(id);
    if (found == waits_.end()) {
      continue;
    }
    Wait& wait = found->second;
    const auto* asked = std::get_if<ForAnswer>(&wait.what);
    if (wait.is_looked_at) {
      due_.insert(id);  // again behind the answer that is under way
    } else if (asked == nullptr || asked->is_sent) {
      wait.is_looked_at = true;
      batch.push_back(look(id, wait));
    }
  }
}

Request Waiting::look(std::uint64_t id, Wait& wait) {
  Request request{"look_at"};
  request.is_light = true;
  const auto* value = std::get_if<ForValue>(&wait.what);
  request.calls.push_back(look_at(wait.instance, value != nullptr ? value->key : std::string()));
  const auto* asked = std::get_if<ForAnswer>(&wait.what);
  if (asked != nullptr && batches_.context().has_others) {
    request.calls.push_back(find_answer(wait.number.value_or(0), asked->id));
  }
  request.done = [this, id](const Outcome& outcome) { looked(id, outcome); };
  return request;
}

void Waiting::looked(std::uint64_t id, const Outcome& outcome) {
  const auto wait = find(id);
  if (wait == waits_.end()) {
    return;
  }
  wait->second.is_looked_at = false;
  if (!outcome) {
    // Whoever has just come is told; the others wait until the database can be reached.
    if (!wait->second.number || wait->second.is_stopped) {
      refuse(take(wait), outcome.error());
    }
    return;
  }
  const Rows& seen = outcome->front();
  const bool is_another = !seen.empty() && wait->second.number &&
                          *wait->second.number != seen.first().number(0) &&
                          !std::holds_alternative<ForStart>(wait->second.what);
  if (seen.empty() || is_another) {
    answer_without(wait);
  } else {
    answer_with(wait, seen.first(), outcome);
  }
}

void Waiting::answer_without(Waits::iterator found) {
  if (std::holds_alternative<ForStart>(found->second.what)) {
    return;  // it waits for the next of that id
  }
  const Wait wait = take(found);
  if (const auto* status = std::get_if<ForStatus>(&wait.what)) {
    status->reply(OrchestrationStatus());
  } else if (const auto* value = std::get_if<ForValue>(&wait.what)) {
    value->reply(std::optional<StoredValue>());
  } else if (const auto* asked = std::get_if<ForAnswer>(&wait.what)) {
    asked->reply(failure(refused(asked->is_question ? for_question : for_update,
                                 ProviderError::Kind::instance_not_found,
                                 "the instance was deleted before it answered")));
  }
}

void Waiting::answer_with(Waits::iterator found, const Rows::Row& row, const Outcome& outcome) {
  Wait& wait = found->second;
  const auto* of_value = std::get_if<ForValue>(&wait.what);
  const std::string key = of_value != nullptr ? of_value->key : std::string();
  auto seen = view_of(outcome->front(), "look_at", key);
  if (!seen) {
    refuse(take(found), seen.error());
    return;
  }
  InstanceView& view = **seen;
  wait.number = row.number(0);
  if (const auto* status = std::get_if<ForStatus>(&wait.what)) {
    if (view.has_ended || wait.is_stopped ||
        (status->after_custom_status &&
         view.status.custom_status_version() > *status->after_custom_status)) {
      std::get<ForStatus>(take(found).what).reply(std::move(view.status));
    }
  } else if (of_value != nullptr) {
    const bool is_over = view.value && view.value->version > of_value->after_version;
    if (is_over || wait.is_stopped) {
      std::get<ForValue>(take(found).what).reply(std::move(view.value));
    } else if (view.has_ended) {
      std::get<ForValue>(take(found).what).reply(std::optional<StoredValue>());
    }
  } else if (const auto* start = std::get_if<ForStart>(&wait.what)) {
    if (!start->first_turn || start->has_begun || view.has_begun) {
      std::get<ForStart>(take(found).what).reply(std::move(view.status));
    }
  } else {
    const auto& asked = std::get<ForAnswer>(wait.what);
    auto answered = outcome->size() > 1 ? answer_of(outcome->at(1), asked.id) : std::nullopt;
    if (answered) {
      std::get<ForAnswer>(take(found).what).reply(std::move(answered));
    } else if (view.has_ended) {
      look_in_history(found->first);
    }
  }
}

void Waiting::answer_or_refuse(std::uint64_t id, AnswerReply reply) {
  if (const auto wait = find(id); wait != waits_.end()) {
    std::get<ForAnswer>(wait->second.what).reply = std::move(reply);
    look_in_history(id);
  } else {
    reply(std::optional<provider::UpdateAnswer>());  // it was taken back meanwhile
  }
}

void Waiting::look_in_history(std::uint64_t id) {
  const auto wait = find(id);
  if (wait == waits_.end()) {
    return;
  }
  const auto& asked = std::get<ForAnswer>(wait->second.what);
  if (asked.is_question) {
    refuse(id, has_ended(for_question, wait->second.instance));
    return;
  }
  Request request{for_update};
  request.is_light = true;
  request.calls.push_back(read_current_history(wait->second.instance));
  request.done = [this, id](const Outcome& outcome) {
    const auto found = find(id);
    if (found == waits_.end()) {
      return;
    }
    const Wait taken = take(found);
    const auto& asker = std::get<ForAnswer>(taken.what);
    if (!outcome) {
      asker.reply(failure(outcome.error()));
      return;
    }
    auto history = history_of(outcome->front(), for_update);
    if (!history) {
      asker.reply(failure(history.error()));
    } else if (auto answered = answer_in(*history, asker.id)) {
      asker.reply(std::move(answered));
    } else {
      asker.reply(failure(has_ended(for_update, taken.instance)));
    }
  };
  batches_.submit(std::move(request));
}

}  // namespace duroxide::postgres
