#include "postgres/messages.hpp"

#include <memory>
#include <utility>
#include <variant>

#include "model/encoding.hpp"
#include "model/limits.hpp"
#include "postgres/message_calls.hpp"
#include "postgres/start_calls.hpp"
#include "postgres/started_then_answered.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* enqueuing = "enqueue_orchestrator_work";
constexpr const char* starting = "start_or_find";
constexpr const char* raising = "start_and_raise";
constexpr const char* starting_and_asking = "start_and_ask";
constexpr const char* updating = "update";
constexpr const char* querying = "query";

// What `ask_update` and `ask_question` answer, see asking.sql.
constexpr std::int64_t code_sent = 0;
constexpr std::int64_t code_nobody = 1;

constexpr Brings brings_turn{true, false, false};

Brings brings_start(const std::optional<Milliseconds>& delay,
                    const std::optional<std::uint64_t>& timeout) {
  return {true, false, delay.has_value() || timeout.has_value()};
}

ProviderError no_instance(const char* operation, const std::string& instance) {
  return refused(operation, ProviderError::Kind::instance_not_found,
                 "there is no instance `" + instance + "`");
}

}  // namespace

void Messages::note_start(const std::string& instance) {
  waiting_.touch(instance);
  batches_.announce(instance);
}

void Messages::note_removed(const std::vector<std::string>& instances) {
  for (const std::string& instance : instances) {
    note_start(instance);
  }
}

void Messages::submit_start(Request request, const provider::StartOrFind& start) {
  add_start(request.calls, start, batches_.context());
  note_start(start.start.instance);
  Brings brings = brings_start(start.delay, start.start.timeout_ms);
  if (start.only_new && !start.replace && !start.delay) {
    // What is done with the answer needs to know of the turn.
    const auto turn = std::make_shared<std::optional<FirstTurnAhead>>();
    request.go_ahead = [this, turn, start](Request& made) {
      *turn = turns_.go_ahead(start.start);
      if (*turn) {
        made.calls.clear();
        add_start(made.calls, start, batches_.context(), &**turn);
        made.can_wait = false;
      }
      return turn->has_value();
    };
    request.done = [this, turn, instance = start.start.instance,
                    done = std::move(request.done)](Outcome outcome) {
      if (*turn && (!outcome || !has_leased_turn(*outcome))) {
        turns_.withdraw((*turn)->token, instance);
      }
      done(std::move(outcome));
    };
    brings.turns = false;
  }
  batches_.submit(std::move(request), brings);
}

void Messages::enqueue(const provider::EnqueueOrchestratorWork& request, const Reply<void>& reply) {
  or_refuse<void>(enqueuing, reply, [&] {
    if (std::holds_alternative<work::StartOrchestration>(request.item)) {
      enqueue_start(request, reply);
    } else {
      enqueue_message(request, reply);
    }
  });
}

void Messages::enqueue_start(const provider::EnqueueOrchestratorWork& item,
                             const Reply<void>& reply) {
  if (item.key) {
    refuse_input("only an event, or a message for a queue, has a key");
  }
  provider::StartOrFind start;
  start.start = std::get<work::StartOrchestration>(item.item);
  start.delay = item.delay;
  start.only_new = !item.use_existing;
  Request request{enqueuing};
  request.is_repeatable = true;
  request.can_wait = true;
  request.done = [reply, start](const Outcome& outcome) {
    if (!outcome) {
      reply(failure(outcome.error()));
    } else if (const auto started = start_outcome(enqueuing, *outcome, start)) {
      reply({});
    } else {
      reply(failure(started.error()));
    }
  };
  submit_start(std::move(request), start);
}

void Messages::enqueue_message(const provider::EnqueueOrchestratorWork& message,
                               const Reply<void>& reply) {
  Request request{enqueuing};
  request.is_repeatable = message.key.has_value();
  request.changes.push_back(target_instance(message.item));
  request.calls.push_back(
      message_call("accept_message", message.item, message.delay, message.key, batches_.context()));
  request.done = [reply, instance = target_instance(message.item),
                  key = message.key](const Outcome& outcome) {
    if (!outcome) {
      reply(failure(outcome.error()));
    } else if (auto error = message_error(enqueuing, outcome->front(), instance, key)) {
      reply(failure(std::move(*error)));
    } else {
      reply({});
    }
  };
  batches_.submit(std::move(request), {true, false, message.delay.has_value()});
}

void Messages::start_or_find(const provider::StartOrFind& start,
                             const Reply<provider::StartedOrFound>& reply) {
  or_refuse<provider::StartedOrFound>(starting, reply, [&] {
    Request request{starting};
    request.is_repeatable = !start.replace;
    request.can_wait = request.is_repeatable;
    request.done = [this, reply, start](const Outcome& outcome) {
      if (!outcome) {
        reply(failure(outcome.error()));
        return;
      }
      note_removed(removed_by_start(*outcome, start));
      reply(start_outcome(starting, *outcome, start));
    };
    submit_start(std::move(request), start);
  });
}

void Messages::start_and_raise(const provider::StartAndRaise& both,
                               const Reply<provider::StartedOrFound>& reply) {
  or_refuse<provider::StartedOrFound>(raising, reply, [&] {
    const auto& start = both.start;
    if (both.event.instance != start.start.instance) {
      refuse_input("the start and the event are for different instances");
    }
    const CallContext context = batches_.context();
    Request request{raising};
    add_start(request.calls, start, context);
    request.calls.push_back(
        message_call("raise_with_start", both.event, std::nullopt, both.key, context));
    request.done = [this, reply, start, key = both.key](const Outcome& outcome) {
      if (!outcome) {
        reply(failure(outcome.error()));
        return;
      }
      note_removed(removed_by_start(*outcome, start));
      auto started = start_outcome(raising, *outcome, start);
      if (started) {
        if (auto refusal = message_error(raising, outcome->back(), start.start.instance, key)) {
          started = failure(std::move(*refusal));
        }
      }
      reply(std::move(started));
    };
    note_start(start.start.instance);
    batches_.submit(std::move(request), brings_start(start.delay, start.start.timeout_ms));
  });
}

void Messages::start_and_ask(Asker asker, const provider::StartAndAsk& both,
                             const Reply<provider::StartedAndAnswered>& reply) {
  or_refuse<provider::StartedAndAnswered>(starting_and_asking, reply, [&] {
    const auto& start = both.start;
    const WorkItem item = both.request;
    check_message(item);
    if (both.request.instance != start.start.instance) {
      refuse_input("the start and the update are for different instances");
    }
    Request request{starting_and_asking};
    add_start(request.calls, start, batches_.context());
    const bool is_asked = waiting_.is_asked(both.request.instance, both.request.id);
    request.calls.push_back(
        {"ask_with_start",
         Parameters()
             .text(both.request.instance)
             .text(both.request.id)
             .optional_bytes(is_asked ? std::nullopt
                                      : std::optional(model::encode_work_item(item)))});
    const auto state = std::make_shared<StartedThenAnswered>(reply);
    const std::uint64_t wait =
        waiting_.wait_for_update(asker, both.wait_id, both.request.instance, both.request.id,
                                 [state](auto answer) { state->answered(std::move(answer)); });
    request.done = [this, state, wait, start](const Outcome& outcome) {
      const auto refuse = [&](const ProviderError& error) {
        state->refused(error);
        waiting_.refuse(wait, error);
      };
      if (!outcome) {
        refuse(outcome.error());
        return;
      }
      note_removed(removed_by_start(*outcome, start));
      const auto started = start_outcome(starting_and_asking, *outcome, start);
      if (!started) {
        refuse(started.error());
        return;
      }
      const Rows::Row sent = outcome->back().first();
      if (sent.number(0) == code_sent) {
        waiting_.sent(wait, sent.number(1));
        state->started(*started);
        return;
      }
      // It has ended: what it has answered before is in its history, or the whole is refused.
      waiting_.answer_or_refuse(wait, [state, found = *started](auto answer) {
        if (!answer) {
          state->refused(answer.error());
        } else {
          state->answered(std::move(answer));
          state->started(found);
        }
      });
    };
    note_start(start.start.instance);
    batches_.submit(std::move(request), brings_start(start.delay, start.start.timeout_ms));
  });
}

void Messages::ask_update(Asker asker, const provider::AskUpdate& update,
                          const Waiting::AnswerReply& reply) {
  or_refuse<std::optional<provider::UpdateAnswer>>(updating, reply, [&] {
    const WorkItem item = update.request;
    check_message(item);
    const bool is_asked = waiting_.is_asked(update.request.instance, update.request.id);
    Request request{updating};
    request.changes.push_back(update.request.instance);
    request.calls.push_back(
        {"ask_update",
         Parameters()
             .text(update.request.instance)
             .text(update.request.id)
             .optional_bytes(is_asked ? std::nullopt
                                      : std::optional(model::encode_work_item(item)))});
    const std::uint64_t wait = waiting_.wait_for_update(
        asker, update.wait_id, update.request.instance, update.request.id, reply);
    request.done = [this, wait, instance = update.request.instance](const Outcome& outcome) {
      if (!outcome) {
        waiting_.refuse(wait, outcome.error());
        return;
      }
      const Rows::Row sent = outcome->front().first();
      if (sent.number(0) == code_sent) {
        waiting_.sent(wait, sent.number(1));
      } else if (sent.number(0) == code_nobody) {
        waiting_.refuse(wait, no_instance(updating, instance));
      } else {
        waiting_.look_in_history(wait);
      }
    };
    batches_.submit(std::move(request), brings_turn);
  });
}

void Messages::ask_query(Asker asker, const provider::AskQuery& query,
                         const Waiting::AnswerReply& reply) {
  or_refuse<std::optional<provider::UpdateAnswer>>(querying, reply, [&] {
    require(model::check_instance_id(query.instance));
    require(model::check_name("query name", query.question.name));
    require(model::check_payload("query's input", query.question.input));
    const std::uint64_t wait =
        waiting_.wait_for_question(asker, query.wait_id, query.instance, query.question.id, reply);
    Request request{querying};
    request.is_of_process = true;
    request.calls.push_back({"ask_question", Parameters()
                                                 .number(batches_.context().process)
                                                 .number(wait)
                                                 .text(query.instance)
                                                 .text(query.question.id)
                                                 .text(query.question.name)
                                                 .bytes(query.question.input.text())});
    request.done = [this, wait, instance = query.instance](const Outcome& outcome) {
      if (!outcome) {
        waiting_.refuse(wait, outcome.error());
        return;
      }
      const Rows::Row sent = outcome->front().first();
      if (sent.number(0) == code_sent) {
        waiting_.sent(wait, sent.number(1));
      } else if (sent.number(0) == code_nobody) {
        waiting_.refuse(wait, no_instance(querying, instance));
      } else {
        waiting_.refuse(wait, refused(querying, ProviderError::Kind::instance_finished,
                                      "the instance `" + instance + "` has ended"));
      }
    };
    batches_.submit(std::move(request), brings_turn);
  });
}

}  // namespace duroxide::postgres
