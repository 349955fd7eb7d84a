// Activities that are finished from outside.

#include "client/client_impl.hpp"
#include "model/error_size.hpp"

namespace duroxide::DUROXIDE_ABI {

using client::block;

/// The store knows the activity by its numbers; whoever asked knows it by its token.
template <class Request>
void ClientWaits::Impl::ask_activity(Request request, OnDone on_done) const {
  const provider::ActivityReference& activity = request.activity;
  const ActivityToken token{activity.instance, activity.execution_id, activity.event_id,
                            activity.incarnation};
  ask(std::move(request), OnDone([token, on_done = std::move(on_done)](const Done& done) {
        if (!done && done.error().kind == ClientError::Kind::activity_not_found) {
          on_done(failure(client::activity_not_found(token)));
        } else {
          on_done(done);
        }
      }));
}

namespace {

provider::ActivityReference reference_to(const ActivityToken& activity) {
  return {activity.instance, activity.execution_id, activity.event_id, activity.incarnation};
}

}  // namespace

void Client::complete_text(const ActivityToken& activity, Text result, OnDone on_done) {
  if (auto checked = client::check_result(activity, result); !checked) {
    impl_->refuse(std::move(on_done), std::move(checked).error());
    return;
  }
  impl_->ask_activity(
      provider::CompleteActivity{reference_to(activity),
                                 work::ActivityCompleted{activity.instance, activity.execution_id,
                                                         activity.event_id, std::move(*result)}},
      std::move(on_done));
}

Client::Done Client::complete_text(const ActivityToken& activity, Text result) {
  return block<Done>(impl_->store, [&](OnDone on_done) {
    complete_text(activity, std::move(result), std::move(on_done));
  });
}

void Client::fail_activity(const ActivityToken& activity, std::string message, OnDone on_done) {
  fail_activity(activity, ApplicationError(message), std::move(on_done));
}

void Client::fail_activity(const ActivityToken& activity, const ApplicationError& error,
                           OnDone on_done) {
  ErrorDetails details = error.details(ErrorKind::activity_failed, {});
  if (auto checked = client::check_failure(activity, details.message); !checked) {
    impl_->refuse(std::move(on_done), std::move(checked).error());
    return;
  }
  model::limit_size(details);
  ErrorOrigin origin;
  origin.instance = activity.instance;
  origin.execution_id = activity.execution_id;
  origin.event_id = activity.event_id;
  details.came_through(std::move(origin));
  impl_->ask_activity(
      provider::CompleteActivity{reference_to(activity),
                                 work::ActivityFailed{activity.instance, activity.execution_id,
                                                      activity.event_id, std::move(details)}},
      std::move(on_done));
}

Client::Done Client::fail_activity(const ActivityToken& activity, std::string message) {
  return block<Done>(impl_->store, [&](OnDone on_done) {
    fail_activity(activity, std::move(message), std::move(on_done));
  });
}

Client::Done Client::fail_activity(const ActivityToken& activity, const ApplicationError& error) {
  return block<Done>(impl_->store,
                     [&](OnDone on_done) { fail_activity(activity, error, std::move(on_done)); });
}

void Client::heartbeat_text(const ActivityToken& activity, Text progress, OnDone on_done) {
  if (auto checked = client::check_heartbeat(activity, progress); !checked) {
    impl_->refuse(std::move(on_done), std::move(checked).error());
    return;
  }
  impl_->ask_activity(provider::Heartbeat{reference_to(activity), std::move(*progress)},
                      std::move(on_done));
}

Client::Done Client::heartbeat_text(const ActivityToken& activity, Text progress) {
  return block<Done>(impl_->store, [&](OnDone on_done) {
    heartbeat_text(activity, std::move(progress), std::move(on_done));
  });
}

}  // namespace duroxide::DUROXIDE_ABI
