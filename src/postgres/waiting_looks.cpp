// How those who wait find out what has become of their instances.

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "model/encoding.hpp"
#include "postgres/instance_view.hpp"
#include "postgres/waiting.hpp"

namespace duroxide::postgres {

namespace {

/// What other processes have answered, or management of this one.
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

void Waiting::look_first(std::uint64_t id) {
  batches_.look(look(id, find(id)->second));
}

void Waiting::join(Runner::Batch& batch) {
  for (const std::uint64_t id : std::exchange(due_, {})) {
    const auto found = find(id);
    if (found == waits_.end()) {
      continue;
    }
    const auto* asked = std::get_if<ForAnswer>(&found->second.what);
    if (asked == nullptr || asked->is_sent) {
      batch.push_back(look(id, found->second));
    }
  }
}

Request Waiting::look(std::uint64_t id, const Wait& wait) {
  Request request{"look_at"};
  request.is_light = true;
  request.is_repeatable = true;
  request.can_wait = true;  // it may see what is not flushed
  const auto* value = std::get_if<ForValue>(&wait.what);
  request.calls.push_back(look_at(wait.instance, value != nullptr ? value->key : std::string()));
  const auto* asked = std::get_if<ForAnswer>(&wait.what);
  if (asked != nullptr) {
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
  if (!outcome) {
    // Whoever has just come is told; the others wait until the database can be reached, and look with the
    // next batch, which a sign of life makes.
    if (!wait->second.was_seen || wait->second.is_stopped) {
      refuse(take(wait), outcome.error());
    } else {
      due_.insert(id);
    }
    return;
  }
  wait->second.was_seen = true;
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
