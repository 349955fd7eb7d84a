// The key-value state of instances.

#include "client/client_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

using client::block;

void Client::get_value(std::string_view instance, std::string_view key, OnValue on_value) const {
  if (auto checked = client::check_key(instance, key); !checked) {
    impl_->refuse(std::move(on_value), std::move(checked).error());
    return;
  }
  impl_->ask(provider::GetValue{std::string(instance), std::string(key)}, std::move(on_value));
}

Client::Value Client::get_value(std::string_view instance, std::string_view key) const {
  return block<Value>(impl_->store,
                      [&](OnValue on_value) { get_value(instance, key, std::move(on_value)); });
}

void Client::get_all_values(std::string_view instance, OnValues on_values) const {
  if (auto checked = client::check_instance(instance); !checked) {
    impl_->refuse(std::move(on_values), std::move(checked).error());
    return;
  }
  impl_->ask(provider::GetValues{std::string(instance)}, std::move(on_values));
}

Client::Values Client::get_all_values(std::string_view instance) const {
  return block<Values>(impl_->store,
                       [&](OnValues on_values) { get_all_values(instance, std::move(on_values)); });
}

void ClientWaits::Impl::wait_for_value(provider::WaitForValue wait, OnValue on_value) const {
  if (auto checked = client::check_key(wait.instance, wait.key); !checked) {
    refuse(std::move(on_value), std::move(checked).error());
    return;
  }
  ask(std::move(wait), std::move(on_value));
}

void ClientWaits::wait_for_value(std::string_view instance, std::string_view key,
                                 std::uint64_t after_version, OnValue on_value) const {
  impl_->wait_for_value(
      {std::string(instance), std::string(key), after_version, impl_->next_wait_id()},
      std::move(on_value));
}

namespace {

ClientError value_timed_out(const provider::WaitForValue& wait, Milliseconds timeout) {
  return client::timed_out("instance " + wait.instance + " has not set the key `" + wait.key + "`" +
                               (wait.after_version == 0 ? "" : " again"),
                           timeout);
}

bool is_new(const std::optional<StoredValue>& value, std::uint64_t after_version) {
  return value && value->version > after_version;
}

}  // namespace

void ClientWaits::wait_for_value_milliseconds(std::string_view instance, std::string_view key,
                                              std::uint64_t after_version, Milliseconds timeout,
                                              OnValue on_value) const {
  auto checked = client::check_key(instance, key);
  if (checked) {
    checked = client::check_timeout(timeout);
  }
  if (!checked) {
    impl_->refuse(std::move(on_value), std::move(checked).error());
    return;
  }
  provider::WaitForValue wait{std::string(instance), std::string(key), after_version,
                              impl_->next_wait_id()};
  auto on_answer = [wait, timeout, on_value = std::move(on_value)](
                       provider::Answer<std::optional<StoredValue>> answer, bool is_final) {
    if (!answer || is_new(*answer, wait.after_version)) {
      on_value(client::outcome(std::move(answer)));
    } else if (is_final) {
      on_value(std::optional<StoredValue>());
    } else {
      on_value(failure(value_timed_out(wait, timeout)));
    }
  };
  impl_->companion.ask_within<provider::WaitForValue>(wait, timeout, std::move(on_answer));
}

Client::Value ClientWaits::wait_for_value_milliseconds(std::string_view instance,
                                                       std::string_view key,
                                                       std::uint64_t after_version,
                                                       Milliseconds timeout) const {
  if (auto checked = client::check_may_block(impl_->store); !checked) {
    return failure(std::move(checked).error());
  }
  if (auto checked = client::check_timeout(timeout); !checked) {
    return failure(std::move(checked).error());
  }
  const provider::WaitForValue wait{std::string(instance), std::string(key), after_version,
                                    impl_->next_wait_id()};
  client::Awaited<Value> awaited;
  impl_->wait_for_value(wait, awaited.callback());
  if (auto value = awaited.wait(impl_->system(), timeout)) {
    return std::move(*value);
  }
  // A wait that is taken back may be answered with none as well. What has ended before that is not
  // waited for any more, so the answer to that one is final.
  const auto status = impl_->get_status(instance);
  const bool is_final = status && !status->is_running();
  auto value = impl_->stop_waiting(wait.wait_id, awaited);
  if (value) {
    if (!*value || is_new(**value, after_version)) {
      return std::move(*value);
    }
    if (is_final) {
      return std::optional<StoredValue>();
    }
  }
  return failure(value_timed_out(wait, timeout));
}

}  // namespace duroxide::DUROXIDE_ABI
