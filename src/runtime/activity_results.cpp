// How the delivery of an activity ends, as far as the store is concerned: with a result, with a refusal
// to run it, or by giving it back.

#include <string>
#include <utility>

#include "model/activity_failure.hpp"
#include "runtime/activity_dispatcher.hpp"

namespace duroxide::runtime {

namespace {

/// Before an activity whose result the store would not take runs again.
constexpr Milliseconds pause_after_refused_result{200};

/// Names one call of an activity among those that wait for a registration.
std::string key_of(const work::ActivityExecute& item) {
  return item.instance + "/" + std::to_string(item.execution_id) + "/" + std::to_string(item.id);
}

ErrorDetails poison_details(const provider::WorkerItem& item, std::uint32_t max_attempts) {
  ErrorDetails details;
  details.category = ErrorCategory::poison;
  details.kind = ErrorKind::poisoned_activity;
  details.subject = item.item.name;
  details.attempts = item.attempt_count;
  details.max_attempts = max_attempts;
  details.message = "activity " + item.item.name + " of instance " + item.item.instance +
                    " was started " + std::to_string(item.attempt_count - 1) +
                    " times and never finished; " + std::to_string(max_attempts) +
                    " attempts are allowed. It probably ends the process: look for a crash";
  return details;
}

}  // namespace

void ActivityDispatcher::acknowledge(provider::LockToken token, ActivityEnded& activity) {
  if (activity.given_back) {
    give_back(token, Milliseconds(0));
    return;
  }
  if (!activity.completion) {
    return;  // the call was left open, or nobody waits for it
  }
  provider::AckWorker ack{token, std::move(*activity.completion)};
  if (environment_->quiet_acks) {
    actors::send(this, environment_->quiet_acks, storage::AckWorkQuietly{std::move(ack)});
    return;
  }
  actors::ask(
      this, environment_->provider, std::move(ack),
      [this, token](const Done& reply) {
        if (!reply) {
          result_refused(token, reply.error());
        }
      },
      [] {});
}

void ActivityDispatcher::result_refused(provider::LockToken token, const ProviderError& error) {
  if (environment_->is_closed(error) || error.kind == ProviderError::Kind::invalid_lock_token) {
    return;  // nobody waits for the result any more: it was cancelled, or runs again elsewhere
  }
  environment_->log(LogLevel::warn,
                    "the store refused the result of an activity: " + error.to_string());
  provider::AbandonWorker request;
  request.lock_token = token;
  request.delay = pause_after_refused_result;
  abandon(std::move(request));
}

void ActivityDispatcher::set_poisoned_aside(const provider::WorkerItem& item) {
  ErrorDetails details = poison_details(item, environment_->options.max_attempts());
  LogRecord line;
  line.level = LogLevel::error;
  line.message = details.message;
  line.instance = item.item.instance;
  line.execution_id = item.item.execution_id;
  line.orchestration = item.item.orchestration;
  line.version = item.item.version;
  line.activity = item.item.name;
  line.event_id = item.item.id;
  if (environment_->options.on_poison() == PoisonPolicy::fail) {
    environment_->log(line);
    end_lease(provider::AckWorker{item.lock_token,
                                  model::failed_activity(item.item, std::move(details))});
    return;
  }
  line.message += ". It is in quarantine until it is released or its instance cancelled";
  environment_->log(line);
  provider::AbandonWorker request;
  request.lock_token = item.lock_token;
  request.quarantine = std::move(details.message);
  end_lease(std::move(request));
}

template <class Request>
void ActivityDispatcher::end_lease(Request request) {
  const provider::LockToken token = request.lock_token;
  actors::ask(
      this, environment_->provider, std::move(request),
      [this, token](const Done& reply) {
        if (!reply && !environment_->is_closed(reply.error())) {
          provider::AbandonWorker give_back;
          give_back.lock_token = token;
          give_back.delay = retry_delay(10);
          abandon(std::move(give_back));
        }
      },
      [] {});
}

void ActivityDispatcher::give_up(const Delivery& delivery, ErrorDetails details) {
  const work::ActivityExecute& item = delivery.item.item;
  LogRecord line;
  line.level = LogLevel::warn;
  line.message = details.message + " and is given up";
  line.instance = item.instance;
  line.execution_id = item.execution_id;
  line.orchestration = item.orchestration;
  line.version = item.version;
  line.activity = item.name;
  line.event_id = item.id;
  environment_->log(line);
  end_lease(provider::AckWorker{delivery.item.lock_token,
                                model::failed_activity(item, std::move(details))});
}

void ActivityDispatcher::wait_for_registration(const provider::WorkerItem& item,
                                               const NotRegistered& missing) {
  const Backoffs::Step step = backoffs_.next(key_of(item.item), environment_->clock->now());
  if (step.is_first) {
    LogRecord line;
    line.level = LogLevel::warn;
    line.message = missing.waiting_for() + "; " + missing.registered;
    line.instance = item.item.instance;
    line.execution_id = item.item.execution_id;
    line.activity = item.item.name;
    line.event_id = item.item.id;
    environment_->log(line);
  }
  provider::AbandonWorker request;
  request.lock_token = item.lock_token;
  request.delay = step.delay;
  request.ignore_attempt = true;
  request.waiting_for = missing.waiting_for();
  request.unregistered = missing.another_may_have_it;
  abandon(std::move(request));
}

/// It is handed out again, as if it had not been.
void ActivityDispatcher::give_back(provider::LockToken token, Milliseconds delay,
                                   std::optional<std::string> waiting_for) {
  provider::AbandonWorker request;
  request.lock_token = token;
  request.delay = delay;
  request.ignore_attempt = true;
  request.waiting_for = std::move(waiting_for);
  abandon(std::move(request));
}

void ActivityDispatcher::abandon(provider::AbandonWorker request) {
  // An error means that the lease is over already, which is what this is for.
  actors::ask(
      this, environment_->provider, std::move(request), [](const Done&) {}, [] {});
}

}  // namespace duroxide::runtime
