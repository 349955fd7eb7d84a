// Waiting for instances: for a start, a first turn, an end or a custom status. `client_values.cpp` has
// the waits for a value.

#include "client/client_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

using client::block;

ClientWaits::ClientWaits(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

ClientWaits::~ClientWaits() = default;

namespace {

client::Checked check_timed_wait(std::string_view instance, Milliseconds timeout) {
  auto checked = client::check_instance(instance);
  return checked ? client::check_timeout(timeout) : checked;
}

bool has_what_was_waited_for(const OrchestrationStatus& status,
                             const std::optional<std::uint64_t>& after_custom_status) {
  return status.is_terminal() ||
         (after_custom_status && status.custom_status_version() > *after_custom_status);
}

ClientError status_timed_out(const provider::WaitForStatus& wait, Milliseconds timeout) {
  return client::timed_out(
      wait.after_custom_status
          ? "the custom status of instance " + wait.instance + " has not changed"
          : "instance " + wait.instance + " has not finished",
      timeout);
}

}  // namespace

std::optional<Client::Status> ClientWaits::Impl::block_within(
    std::uint64_t wait_id, Milliseconds timeout, const std::function<void(OnStatus)>& ask) const {
  auto checked = client::check_may_block(store);
  if (checked) {
    checked = client::check_timeout(timeout);
  }
  if (!checked) {
    return Status(failure(std::move(checked).error()));
  }
  client::Awaited<Status> awaited;
  ask(awaited.callback());
  auto status = awaited.wait(system(), timeout);
  return status ? std::move(status) : stop_waiting(wait_id, awaited);
}

/// Of a wait that was taken back, the answer is what is there at that time.
void ClientWaits::Impl::wait_for_status(provider::WaitForStatus wait, OnStatus on_status) const {
  if (auto checked = client::check_instance(wait.instance); !checked) {
    refuse(std::move(on_status), std::move(checked).error());
    return;
  }
  ask(wait, OnStatus([instance = wait.instance, on_status = std::move(on_status)](Status status) {
        if (status && status->is_not_found()) {
          on_status(failure(client::not_found(instance)));
        } else {
          on_status(std::move(status));
        }
      }));
}

Client::Status ClientWaits::Impl::wait_for_status(provider::WaitForStatus wait,
                                                  std::optional<Milliseconds> timeout) const {
  if (!timeout) {
    return block<Status>(store,
                         [&](OnStatus on_status) { wait_for_status(wait, std::move(on_status)); });
  }
  auto status = block_within(wait.wait_id, *timeout, [&](OnStatus on_status) {
    wait_for_status(wait, std::move(on_status));
  });
  if (status && (!*status || has_what_was_waited_for(**status, wait.after_custom_status))) {
    return std::move(*status);
  }
  return failure(status_timed_out(wait, *timeout));
}

void ClientWaits::Impl::wait_for_status(provider::WaitForStatus wait, Milliseconds timeout,
                                        OnStatus on_status) const {
  if (auto checked = check_timed_wait(wait.instance, timeout); !checked) {
    refuse(std::move(on_status), std::move(checked).error());
    return;
  }
  auto on_answer = [wait, timeout, on_status = std::move(on_status)](
                       provider::Answer<OrchestrationStatus> answer, bool /*is_final*/) {
    if (answer && answer->is_not_found()) {
      on_status(failure(client::not_found(wait.instance)));
    } else if (answer && !has_what_was_waited_for(*answer, wait.after_custom_status)) {
      on_status(failure(status_timed_out(wait, timeout)));
    } else {
      on_status(client::outcome(std::move(answer)));
    }
  };
  companion.ask_within<provider::WaitForStatus>(std::move(wait), timeout, std::move(on_answer));
}

// --- for a start, or a first turn -----------------------------------------------------------------

namespace {

/// A wait that was taken back is answered with the status of nobody.
Client::Status started(Client::Status status, const provider::WaitForStart& wait,
                       Milliseconds timeout) {
  if (status && status->is_not_found()) {
    return failure(client::timed_out(wait.first_turn
                                         ? "there has been no turn of instance " + wait.instance
                                         : "there has been no instance " + wait.instance,
                                     timeout));
  }
  return status;
}

}  // namespace

void ClientWaits::Impl::wait_for_start(provider::WaitForStart wait, OnStatus on_status) const {
  if (auto checked = client::check_instance(wait.instance); !checked) {
    refuse(std::move(on_status), std::move(checked).error());
    return;
  }
  ask(std::move(wait), std::move(on_status));
}

Client::Status ClientWaits::Impl::wait_for_start(const provider::WaitForStart& wait,
                                                 const std::optional<Milliseconds>& timeout) const {
  const auto ask_for_it = [&](OnStatus on_status) { wait_for_start(wait, std::move(on_status)); };
  if (!timeout) {
    return block<Status>(store, ask_for_it);
  }
  auto status = block_within(wait.wait_id, *timeout, ask_for_it);
  return started(status ? std::move(*status) : Status(OrchestrationStatus()), wait, *timeout);
}

void ClientWaits::Impl::wait_for_start(provider::WaitForStart wait, Milliseconds timeout,
                                       OnStatus on_status) const {
  if (auto checked = check_timed_wait(wait.instance, timeout); !checked) {
    refuse(std::move(on_status), std::move(checked).error());
    return;
  }
  auto on_answer = [wait, timeout, on_status = std::move(on_status)](
                       provider::Answer<OrchestrationStatus> answer, bool /*is_final*/) {
    on_status(started(client::outcome(std::move(answer)), wait, timeout));
  };
  companion.ask_within<provider::WaitForStart>(std::move(wait), timeout, std::move(on_answer));
}

Client::Status ClientWaits::wait_for_start(std::string_view instance) const {
  return impl_->wait_for_start({std::string(instance), impl_->next_wait_id()}, std::nullopt);
}

void ClientWaits::wait_for_start(std::string_view instance, OnStatus on_status) const {
  impl_->wait_for_start({std::string(instance), impl_->next_wait_id()}, std::move(on_status));
}

Client::Status ClientWaits::wait_for_start_milliseconds(std::string_view instance,
                                                        Milliseconds timeout) const {
  return impl_->wait_for_start({std::string(instance), impl_->next_wait_id()}, timeout);
}

void ClientWaits::wait_for_start_milliseconds(std::string_view instance, Milliseconds timeout,
                                              OnStatus on_status) const {
  impl_->wait_for_start({std::string(instance), impl_->next_wait_id()}, timeout,
                        std::move(on_status));
}

Client::Status ClientWaits::wait_for_first_turn(std::string_view instance) const {
  return impl_->wait_for_start({std::string(instance), impl_->next_wait_id(), true}, std::nullopt);
}

void ClientWaits::wait_for_first_turn(std::string_view instance, OnStatus on_status) const {
  impl_->wait_for_start({std::string(instance), impl_->next_wait_id(), true}, std::move(on_status));
}

Client::Status ClientWaits::wait_for_first_turn_milliseconds(std::string_view instance,
                                                             Milliseconds timeout) const {
  return impl_->wait_for_start({std::string(instance), impl_->next_wait_id(), true}, timeout);
}

void ClientWaits::wait_for_first_turn_milliseconds(std::string_view instance, Milliseconds timeout,
                                                   OnStatus on_status) const {
  impl_->wait_for_start({std::string(instance), impl_->next_wait_id(), true}, timeout,
                        std::move(on_status));
}

// --- for an end, or a custom status ---------------------------------------------------------------

void ClientWaits::wait_for_completion(std::string_view instance, OnStatus on_status) const {
  impl_->wait_for_status({std::string(instance), impl_->next_wait_id()}, std::move(on_status));
}

void ClientWaits::wait_milliseconds(std::string_view instance, Milliseconds timeout,
                                    OnStatus on_status) const {
  impl_->wait_for_status({std::string(instance), impl_->next_wait_id()}, timeout,
                         std::move(on_status));
}

Client::Status ClientWaits::wait_milliseconds(std::string_view instance,
                                              std::optional<Milliseconds> timeout) const {
  return impl_->wait_for_status({std::string(instance), impl_->next_wait_id()}, timeout);
}

Client::Status ClientWaits::wait_for_completion(std::string_view instance) const {
  return wait_milliseconds(instance, std::nullopt);
}

void ClientWaits::wait_for_status_change(std::string_view instance, std::uint64_t last_seen,
                                         OnStatus on_status) const {
  impl_->wait_for_status({std::string(instance), impl_->next_wait_id(), last_seen},
                         std::move(on_status));
}

void ClientWaits::wait_for_change_milliseconds(std::string_view instance, std::uint64_t last_seen,
                                               Milliseconds timeout, OnStatus on_status) const {
  impl_->wait_for_status({std::string(instance), impl_->next_wait_id(), last_seen}, timeout,
                         std::move(on_status));
}

Client::Status ClientWaits::wait_for_change_milliseconds(std::string_view instance,
                                                         std::uint64_t last_seen,
                                                         Milliseconds timeout) const {
  return impl_->wait_for_status({std::string(instance), impl_->next_wait_id(), last_seen}, timeout);
}

}  // namespace duroxide::DUROXIDE_ABI
