// Starting an instance and waiting for its end as one call. What the caller waits for is the end alone:
// the wait is asked for on the engine's thread as soon as the start is durable.

#include <atomic>
#include <memory>
#include <utility>

#include "client/client_impl.hpp"
#include "client/intercepted_start.hpp"
#include "client/start_requests.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

/// Set by the caller, whose time is up, before it takes the wait back. If the start is answered after
/// that, nobody waits any more, but looks once; if before, the wait is there to be taken back.
using GivenUp = std::atomic<bool>;

ClientError has_not_finished(const std::string& instance, Milliseconds timeout) {
  return client::timed_out("instance " + instance + " has not finished", timeout);
}

}  // namespace

void ClientWaits::Impl::run(provider::StartOrFind request, std::uint64_t wait_id,
                            std::shared_ptr<const std::atomic<bool>> given_up,
                            OnStatus on_status) const {
  const std::string instance = request.start.instance;
  auto tell = client::telling(interceptors, instance,
                              std::function<void(Result<provider::StartedOrFound, ClientError>)>(
                                  [](const auto& /*started*/) {}));
  using After = client::Companion::AfterStart;
  auto on_started = [given_up = std::move(given_up), tell = std::move(tell),
                     on_status](const provider::Answer<provider::StartedOrFound>& answer) {
    auto started = client::outcome(provider::Answer<provider::StartedOrFound>(answer));
    tell(started);
    if (!started) {
      on_status(failure(std::move(started).error()));
      return After::nothing;
    }
    return given_up != nullptr && *given_up ? After::look : After::wait;
  };
  companion.start_and_wait(
      std::move(request), {instance, wait_id}, std::move(on_started),
      [instance, on_status](provider::Answer<OrchestrationStatus> answer) {
        if (answer && answer->is_not_found()) {
          on_status(failure(client::not_found(instance)));  // it was deleted in between
        } else {
          on_status(client::outcome(std::move(answer)));
        }
      });
}

Result<provider::StartOrFind, ClientError> ClientWaits::Impl::request_of_run(
    std::string_view instance, std::string_view orchestration,
    Result<std::string, std::string> input, const StartOptions& options) const {
  if (auto checked = client::check_start(instance, orchestration, input, options); !checked) {
    return failure(std::move(checked).error());
  }
  auto start = client::make_start(instance, orchestration, std::move(*input), options);
  if (auto admitted = admit(start); !admitted) {
    return failure(std::move(admitted).error());
  }
  return client::make_request(std::move(start), options, options.reuse());
}

void Client::run_text(std::string_view instance, std::string_view orchestration, Text input,
                      const StartOptions& options, OnStatus on_status) {
  auto request = impl_->request_of_run(instance, orchestration, std::move(input), options);
  if (!request) {
    impl_->refuse(std::move(on_status), std::move(request).error());
    return;
  }
  impl_->run(std::move(*request), impl_->next_wait_id(), nullptr, std::move(on_status));
}

Client::Status Client::run_text(std::string_view instance, std::string_view orchestration,
                                Text input, Milliseconds timeout, const StartOptions& options) {
  auto checked = client::check_may_block(impl_->store);
  if (checked) {
    checked = client::check_timeout(timeout);
  }
  if (!checked) {
    return failure(std::move(checked).error());
  }
  auto request = impl_->request_of_run(instance, orchestration, std::move(input), options);
  if (!request) {
    return failure(std::move(request).error());
  }
  client::Awaited<Status> awaited;
  const auto wait_id = impl_->next_wait_id();
  const auto given_up = std::make_shared<GivenUp>(false);
  impl_->run(std::move(*request), wait_id, given_up, awaited.callback());
  auto status = awaited.wait(impl_->system(), timeout);
  if (!status) {
    *given_up = true;
    status = impl_->stop_waiting(wait_id, awaited);
  }
  if (status && (!*status || (*status)->is_terminal())) {
    return std::move(*status);
  }
  return failure(has_not_finished(std::string(instance), timeout));
}

}  // namespace duroxide::DUROXIDE_ABI
