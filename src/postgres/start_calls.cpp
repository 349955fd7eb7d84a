#include "postgres/start_calls.hpp"

#include <utility>

#include "model/encoding.hpp"
#include "model/ids.hpp"
#include "model/limits.hpp"
#include "postgres/refusal.hpp"
#include "postgres/take_up.hpp"

namespace duroxide::postgres {

namespace {

// What `start_instance` answers, see starts.sql.
constexpr std::int64_t code_created = 0;
constexpr std::int64_t code_not_wanted = 5;
constexpr std::int64_t code_unknown_start = 6;
constexpr std::int64_t code_other_input = 7;
constexpr std::int64_t code_other_version = 8;
// What `remove_for_replacement` answers, see replacing.sql.
constexpr std::int64_t code_nobody_there = 0;
constexpr std::int64_t code_removed = 1;
constexpr std::int64_t code_waited_for = 9;
constexpr std::int64_t code_large_tree = 10;

std::optional<std::string> stop_after(const work::StartOrchestration& start) {
  if (!start.timeout_ms) {
    return std::nullopt;
  }
  work::CancelInstance stop;
  stop.instance = start.instance;
  stop.reason =
      "the instance has not ended within " + std::to_string(*start.timeout_ms) + " ms of its start";
  stop.timed_out = true;
  return model::encode_work_item(stop);
}

std::optional<std::int64_t> as_number(const std::optional<std::uint64_t>& value) {
  return value ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
}

/// From the id to the parent.
void add_identity(Parameters& parameters, const work::StartOrchestration& start,
                  std::int64_t incarnation) {
  const bool has_parent = start.parent.has_value();
  parameters.text(start.instance)
      .number(incarnation)
      .text(start.orchestration)
      .optional_text(start.version)
      .number(model::digest_of_start(start.orchestration, start.input))
      .texts(start.tags)
      .optional_text(has_parent ? std::optional(start.parent->instance) : std::nullopt)
      .optional_number(has_parent ? as_number(start.parent->execution_id) : std::nullopt)
      .optional_number(has_parent ? as_number(start.parent->event_id) : std::nullopt);
}

Call start_call(const provider::StartOrFind& request, const CallContext& context,
                const FirstTurnAhead* turn) {
  const auto of_turn = [turn](auto FirstTurnAhead::*number) {
    return turn == nullptr ? std::nullopt : std::optional(static_cast<std::int64_t>(turn->*number));
  };
  Parameters parameters;
  parameters.optional_number(context.now);
  add_identity(parameters, request.start, turn == nullptr ? new_incarnation() : turn->incarnation);
  parameters
      .optional_number(request.delay ? std::optional<std::int64_t>(request.delay->count())
                                     : std::nullopt)
      .optional_number(as_number(request.start.timeout_ms))
      .optional_bytes(stop_after(request.start))
      .bytes(model::encode_work_item(request.start))
      .flag(request.same_input)
      .flag(request.only_new || request.replace)
      .optional_number(of_turn(&FirstTurnAhead::number))
      .optional_number(of_turn(&FirstTurnAhead::token))
      .number(context.process)
      .optional_number(of_turn(&FirstTurnAhead::holder));
  return {"start_instance", std::move(parameters)};
}

std::optional<ProviderError> start_error(const char* operation, const Rows& answer,
                                         const work::StartOrchestration& start) {
  const std::string exists = "the instance `" + start.instance + "` exists already";
  const auto refuse = [&](const std::string& why) {
    return refused(operation, ProviderError::Kind::instance_already_exists, exists + why);
  };
  switch (answer.first().number(0)) {
    case code_not_wanted:
      return refuse("");
    case code_unknown_start:
      return refuse(
          ", and it is not known what it was started with: it was imported or forked. Look at it, "
          "and "
          "ask for it with `use_existing` if it will do");
    case code_other_input:
      return refuse(
          ", and it was started as another orchestration or with another input. Use another id, or "
          "`use_existing` to take it whatever it is");
    case code_other_version: {
      const std::string version = answer.first().text(1);
      return refuse(", and it was started " +
                    (version.empty() ? std::string("without a version, and has not begun")
                                     : "in version " + version) +
                    ", not in " + start.version.value_or(""));
    }
    default:
      return std::nullopt;
  }
}

/// Takes out who has the id.
Call removal_call(const std::string& instance) {
  ErrorDetails gone;
  gone.category = ErrorCategory::configuration;
  gone.kind = ErrorKind::invalid_input;
  gone.subject = instance;
  gone.message = "the end of instance `" + instance +
                 "` cannot be waited for: it was deleted before it had ended";
  return {"remove_for_replacement", Parameters().text(instance).bytes(model::encode_error(gone))};
}

}  // namespace

std::string code_of(const std::string& orchestration, const std::optional<std::string>& version) {
  return orchestration + between_name_and_version + version.value_or("");
}

void check_delay(const std::optional<Milliseconds>& delay) {
  if (delay && *delay < Milliseconds::zero()) {
    refuse_input("the delay is negative");
  }
}

void check_start(const work::StartOrchestration& start) {
  require(model::check_instance_id(start.instance));
  require(model::check_name("orchestration name", start.orchestration));
  require(model::check_payload("input", start.input));
  if (start.version) {
    require(model::check_version(*start.version));
  }
  require(model::check_tags(start.tags));
  require(model::check_headers(start.headers));
  if (start.timeout_ms && (*start.timeout_ms == 0 ||
                           *start.timeout_ms > static_cast<std::uint64_t>(max_delay.count()))) {
    refuse_input("the timeout is not longer than zero, or longer than 100 years");
  }
}

void add_start(std::vector<Call>& calls, const provider::StartOrFind& request,
               const CallContext& context, const FirstTurnAhead* turn) {
  check_delay(request.delay);
  check_start(request.start);
  if (request.replace) {
    calls.push_back(removal_call(request.start.instance));
  }
  calls.push_back(start_call(request, context, turn));
}

bool has_leased_turn(const Answers& answers) {
  return answers.back().first().flag(2);
}

Result<provider::StartedOrFound, ProviderError> start_outcome(
    const char* operation, const Answers& answers, const provider::StartOrFind& request) {
  const std::int64_t removal =
      request.replace ? answers.front().first().number(0) : code_nobody_there;
  const std::string named = "the instance `" + request.start.instance + "`";
  if (removal == code_waited_for) {
    return failure(refused(operation, ProviderError::Kind::invalid_input,
                           named +
                               " is a child of an instance that is told of its end; only a root "
                               "can be replaced"));
  }
  if (removal == code_large_tree) {
    return failure(refused(operation, ProviderError::Kind::invalid_input,
                           named + " has more than 1000 descendants; delete it first"));
  }
  const Rows& answer = answers.at(request.replace ? 1 : 0);
  if (auto error = start_error(operation, answer, request.start)) {
    return failure(std::move(*error));
  }
  provider::StartedOrFound started;
  started.created = answer.first().number(0) == code_created;
  started.replaced = removal == code_removed;
  return started;
}

std::vector<std::string> removed_by_start(const Answers& answers,
                                          const provider::StartOrFind& request) {
  return request.replace ? answers.front().first().texts(1) : std::vector<std::string>();
}

Call start_of_turn_call(const work::StartOrchestration& start, provider::LockToken token,
                        const CallContext& context) {
  check_start(start);
  std::optional<std::string> taken;
  if (start.parent) {
    ErrorDetails details;
    details.category = ErrorCategory::configuration;
    details.kind = ErrorKind::instance_already_exists;
    details.message = "the instance `" + start.instance + "` exists already";
    details.subject = start.instance;
    taken = model::encode_work_item(
        work::SubOrchFailed{start.parent->instance, start.parent->execution_id,
                            start.parent->event_id, std::move(details)});
  }
  Parameters parameters;
  parameters.number(token).optional_number(context.now);
  add_identity(parameters, start, new_incarnation());
  parameters.optional_number(as_number(start.timeout_ms))
      .optional_bytes(stop_after(start))
      .bytes(model::encode_work_item(start))
      .optional_bytes(std::move(taken));
  return {"start_of_turn", std::move(parameters)};
}

}  // namespace duroxide::postgres
