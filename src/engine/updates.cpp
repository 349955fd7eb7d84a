#include "engine/updates.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "engine/messages.hpp"
#include "engine/waiting.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

constexpr const char* operation = "update";
constexpr const char* query_operation = "query";

/// A reply that may be wanted twice: of a request whose commit fails, when all who wait are told and when
/// all who have asked are. Only the first counts.
class FirstReply {
 public:
  explicit FirstReply(Reply<UpdateWait::Answer> reply)
      : reply_(std::make_shared<Reply<UpdateWait::Answer>>(std::move(reply))) {}

  void operator()(UpdateWait::Answer answer) const {
    if (const auto reply = std::exchange(*reply_, nullptr)) {
      reply(std::move(answer));
    }
  }

 private:
  std::shared_ptr<Reply<UpdateWait::Answer>> reply_;
};

std::optional<provider::UpdateAnswer> find_answer(const std::vector<Event>& history,
                                                  const std::string& update_id) {
  for (const Event& event : history) {
    const auto* answered = std::get_if<event::UpdateAnswered>(&event.kind);
    if (answered != nullptr && answered->id == update_id) {
      return provider::UpdateAnswer{answered->id, answered->output, answered->error,
                                    answered->refused};
    }
  }
  return std::nullopt;
}

[[noreturn]] void refuse_ended(const std::string& instance) {
  throw StorageFailure(ProviderError::Kind::instance_finished,
                       "the instance `" + instance + "` has ended, and has not answered");
}

}  // namespace

void ask_update(Engine& engine, Holder sender, const provider::AskUpdate& request,
                Reply<UpdateWait::Answer> reply) {
  const FirstReply first(std::move(reply));
  const auto recorded = std::make_shared<std::optional<provider::UpdateAnswer>>();
  engine.apply(
      operation,
      [first, recorded](const Done& done) {
        if (!done) {
          first(failure(done.error()));
        } else if (*recorded) {
          first(std::move(*recorded));
        }
      },
      [&](Transaction& transaction) {
        *recorded = stage_update(transaction, sender, request, first);
      });
}

std::optional<provider::UpdateAnswer> stage_update(Transaction& transaction, Holder sender,
                                                   const provider::AskUpdate& request,
                                                   Reply<UpdateWait::Answer> reply) {
  const WorkItem item = request.request;
  check_message(item);
  const auto found = transaction.require_instance(request.request.instance);
  if (found.record.status != ExecutionStatus::running) {
    auto recorded = find_answer(
        transaction.instances().load_history(found.number, found.record, found.record.execution),
        request.request.id);
    if (!recorded) {
      refuse_ended(request.request.instance);
    }
    return recorded;
  }
  // Who waits already has brought it here, and it is not answered yet: another message could come
  // behind the end of the execution that answers it, and would be done again by the next.
  if (!transaction.waits().is_asked(found.number, request.request.id)) {
    stage_message(transaction, found.number, transaction.numbers().next_sequence(), item);
  }
  transaction.after_applied([&transaction, sender, number = found.number, wait_id = request.wait_id,
                             id = request.request.id, reply = std::move(reply)] {
    park(transaction, number, sender, wait_id, UpdateWait{id, reply});
  });
  return std::nullopt;
}

bool ask_query(Transaction& transaction, Holder sender, const provider::AskQuery& request,
               Reply<UpdateWait::Answer> reply) {
  std::optional<Number> running;
  auto refused = answer_of<std::optional<provider::UpdateAnswer>>(
      query_operation, [&]() -> std::optional<provider::UpdateAnswer> {
        require(model::check_instance_id(request.instance));
        require(model::check_name("query name", request.question.name));
        require(model::check_payload("query's input", request.question.input));
        const auto found = transaction.require_instance(request.instance);
        // An end that is not committed yet is told when it is.
        const auto committed = load_instance(transaction.committed(), found.number);
        if (committed && committed->status != ExecutionStatus::running) {
          throw StorageFailure(ProviderError::Kind::instance_finished,
                               "the instance `" + request.instance + "` has ended");
        }
        if (const auto damage = transaction.reasons().find_damage(found.number)) {
          throw StorageFailure(ProviderError::Kind::corrupt,
                               "the instance `" + request.instance + "` waits for " + *damage);
        }
        running = found.number;
        return std::nullopt;
      });
  if (!running) {
    reply(std::move(refused));
    return false;
  }
  UpdateWait wait{request.question.id, std::move(reply)};
  wait.question = request.question;
  park(transaction, *running, sender, request.wait_id, std::move(wait));
  transaction.turns().push(*running);
  return true;
}

void refuse_questions(Transaction& transaction, Number number, ProviderError why) {
  why.operation = query_operation;
  transaction.waits().remove_if(number, [&](const Wait& wait) {
    const auto* asked = std::get_if<UpdateWait>(&wait);
    const bool is_question = asked != nullptr && asked->question && !asked->is_answered;
    if (is_question) {
      asked->reply(failure(why));
    }
    return is_question;
  });
}

void answer_update(Transaction& transaction, Number number, const provider::UpdateAnswer& answer) {
  transaction.waits().remove_if(number, [&](const Wait& wait) {
    const auto* update = std::get_if<UpdateWait>(&wait);
    const bool is_it = update != nullptr && update->update_id == answer.id;
    if (is_it) {
      update->reply(std::optional(answer));
    }
    return is_it;
  });
}

std::optional<UpdateWait::Answer> answer_of_ended(Transaction& transaction, Number number,
                                                  const UpdateWait& wait) {
  bool is_gone = false;
  auto answer = answer_of<std::optional<provider::UpdateAnswer>>(
      wait.question ? query_operation : operation, [&]() -> std::optional<provider::UpdateAnswer> {
        const ReadView& view = transaction.committed();
        const auto record = load_instance(view, number);
        is_gone = !record;
        if (is_gone) {
          return std::nullopt;
        }
        auto found = wait.question
                         ? std::nullopt
                         : find_answer(load_history(view, number, *record, record->execution),
                                       wait.update_id);
        if (!found) {
          refuse_ended(record->id);
        }
        return found;
      });
  return is_gone ? std::nullopt : std::optional(std::move(answer));
}

}  // namespace duroxide::storage
