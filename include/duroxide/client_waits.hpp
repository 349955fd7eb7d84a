#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/result.hpp>
#include <duroxide/status.hpp>
#include <duroxide/typed_handles.hpp>

namespace duroxide::DUROXIDE_ABI {

class AsyncClient;
class Client;

/// What a wait can answer instead of a status. A client has one type of error for all its calls.
using WaitError = ClientError;

/// The calls of a `Client` that wait for an instance: for its start, its first turn, its end, a custom
/// status or a value. Each has a form that blocks and one with a callback; what `Client` says of its forms,
/// its threads and its errors holds for these too. Nothing of a wait is kept in the store: it ends with
/// the client, and a timeout takes it back.
class DUROXIDE_API ClientWaits {
 public:
  using Status = Result<OrchestrationStatus, ClientError>;
  using OnStatus = std::function<void(Status)>;
  using Value = Result<std::optional<StoredValue>, ClientError>;
  using OnValue = std::function<void(Value)>;

  /// Waits until there is an instance of this id: started by whomever, if only to begin later, imported
  /// or forked. Gives its status, which may be that of its end already. Without a timeout it waits for
  /// ever. Errors: `timeout`; `invalid_input` for a negative timeout.
  [[nodiscard]] Status wait_for_start(std::string_view instance) const;
  template <class Rep, class Period>
  [[nodiscard]] Status wait_for_start(std::string_view instance,
                                      std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_start_milliseconds(instance, timeout_of(timeout));
  }
  void wait_for_start(std::string_view instance, OnStatus on_status) const;
  /// For at most `timeout` of the store's clock, after which the wait is taken back.
  template <class Rep, class Period>
  void wait_for_start(std::string_view instance, std::chrono::duration<Rep, Period> timeout,
                      OnStatus on_status) const {
    wait_for_start_milliseconds(instance, timeout_of(timeout), std::move(on_status));
  }

  /// Waits until the first turn of the instance's current execution is durable: until its code has run, and
  /// what it decided at first, such as a custom status or a value, can be read. The instance need not be
  /// there yet. One that has ended has begun, with a turn or without; so has a fork, an import or a rewind,
  /// though nobody may have run it here. One that goes on as new begins again, and its next execution has a
  /// first turn of its own. Gives its status, maybe that of its end. Without a timeout it waits for ever, also
  /// if it is deleted: for the next of that id. Errors: `timeout`; `invalid_input` for a negative timeout.
  [[nodiscard]] Status wait_for_first_turn(std::string_view instance) const;
  template <class Rep, class Period>
  [[nodiscard]] Status wait_for_first_turn(std::string_view instance,
                                           std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_first_turn_milliseconds(instance, timeout_of(timeout));
  }
  void wait_for_first_turn(std::string_view instance, OnStatus on_status) const;
  /// For at most `timeout` of the store's clock, after which the wait is taken back.
  template <class Rep, class Period>
  void wait_for_first_turn(std::string_view instance, std::chrono::duration<Rep, Period> timeout,
                           OnStatus on_status) const {
    wait_for_first_turn_milliseconds(instance, timeout_of(timeout), std::move(on_status));
  }

  /// Waits until the instance has completed or failed. Without a timeout it waits for ever. Errors:
  /// `instance_not_found`, `timeout`, `invalid_input` for a negative timeout.
  [[nodiscard]] Status wait_for_completion(std::string_view instance) const;
  template <class Rep, class Period>
  [[nodiscard]] Status wait_for_completion(std::string_view instance,
                                           std::chrono::duration<Rep, Period> timeout) const {
    return wait_milliseconds(instance, timeout_of(timeout));
  }
  /// Another name for it.
  template <class Rep, class Period>
  [[nodiscard]] Status wait_for_orchestration(std::string_view instance,
                                              std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_completion(instance, timeout);
  }
  /// Calls back when the instance has completed or failed, however long that takes. Errors:
  /// `instance_not_found`.
  void wait_for_completion(std::string_view instance, OnStatus on_status) const;
  /// The same for at most `timeout` of the store's clock, after which the wait is taken back. Errors:
  /// as the form that blocks.
  template <class Rep, class Period>
  void wait_for_completion(std::string_view instance, std::chrono::duration<Rep, Period> timeout,
                           OnStatus on_status) const {
    wait_milliseconds(instance, timeout_of(timeout), std::move(on_status));
  }

  /// Waits until the custom status has changed beyond `last_seen`, a `custom_status_version`, or the
  /// instance has ended. Errors: as `wait_for_completion`.
  template <class Rep, class Period>
  [[nodiscard]] Status wait_for_status_change(std::string_view instance, std::uint64_t last_seen,
                                              std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_change_milliseconds(instance, last_seen, timeout_of(timeout));
  }
  void wait_for_status_change(std::string_view instance, std::uint64_t last_seen,
                              OnStatus on_status) const;
  /// For at most `timeout` of the store's clock.
  template <class Rep, class Period>
  void wait_for_status_change(std::string_view instance, std::uint64_t last_seen,
                              std::chrono::duration<Rep, Period> timeout,
                              OnStatus on_status) const {
    wait_for_change_milliseconds(instance, last_seen, timeout_of(timeout), std::move(on_status));
  }

  /// Waits until the entry was set by a change above `after_version` (of a `StoredValue`; 0 for any).
  /// None if the instance is unknown, or ends without. Errors: `timeout`, `invalid_input`.
  template <class Rep, class Period>
  [[nodiscard]] Value wait_for_value(std::string_view instance, std::string_view key,
                                     std::chrono::duration<Rep, Period> timeout,
                                     std::uint64_t after_version = 0) const {
    return wait_for_value_milliseconds(instance, key, after_version, timeout_of(timeout));
  }
  void wait_for_value(std::string_view instance, std::string_view key, std::uint64_t after_version,
                      OnValue on_value) const;
  /// For at most `timeout` of the store's clock.
  template <class Rep, class Period>
  void wait_for_value(std::string_view instance, std::string_view key,
                      std::chrono::duration<Rep, Period> timeout, std::uint64_t after_version,
                      OnValue on_value) const {
    wait_for_value_milliseconds(instance, key, after_version, timeout_of(timeout),
                                std::move(on_value));
  }

  /// Waits and decodes the output. Errors: those of waiting; `invalid_payload` if the instance failed
  /// or its output is not a `T`.
  template <class T, class Rep, class Period>
  [[nodiscard]] Result<T, ClientError> wait_for_output(
      std::string_view instance, std::chrono::duration<Rep, Period> timeout) const {
    return output_of<T>(wait_for_completion(instance, timeout));
  }
  template <TypedOrchestration Handle, class Rep, class Period>
  [[nodiscard]] Result<typename Handle::Output, ClientError> wait_for_output(
      std::string_view instance, const Handle& /*orchestration*/,
      std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_output<typename Handle::Output>(instance, timeout);
  }

 protected:
  struct Impl;

  explicit ClientWaits(std::shared_ptr<Impl> impl);
  ~ClientWaits();
  ClientWaits(const ClientWaits&) = default;
  ClientWaits& operator=(const ClientWaits&) = default;
  ClientWaits(ClientWaits&&) noexcept = default;
  ClientWaits& operator=(ClientWaits&&) noexcept = default;

  /// Negative if it cannot be a timeout; the calls refuse it then.
  template <class Rep, class Period>
  [[nodiscard]] static Milliseconds timeout_of(std::chrono::duration<Rep, Period> timeout) {
    return checked_milliseconds(timeout).value_or(Milliseconds(-1));
  }

  template <class T>
  [[nodiscard]] static Result<T, ClientError> output_of(const Status& status) {
    if (!status) {
      return failure(status.error());
    }
    return status->template output_as<T>();
  }

 private:
  friend class AsyncClient;
  friend class Client;

  Status wait_for_start_milliseconds(std::string_view instance, Milliseconds timeout) const;
  void wait_for_start_milliseconds(std::string_view instance, Milliseconds timeout,
                                   OnStatus on_status) const;
  Status wait_for_first_turn_milliseconds(std::string_view instance, Milliseconds timeout) const;
  void wait_for_first_turn_milliseconds(std::string_view instance, Milliseconds timeout,
                                        OnStatus on_status) const;
  Status wait_milliseconds(std::string_view instance, std::optional<Milliseconds> timeout) const;
  void wait_milliseconds(std::string_view instance, Milliseconds timeout, OnStatus on_status) const;
  Status wait_for_change_milliseconds(std::string_view instance, std::uint64_t last_seen,
                                      Milliseconds timeout) const;
  void wait_for_change_milliseconds(std::string_view instance, std::uint64_t last_seen,
                                    Milliseconds timeout, OnStatus on_status) const;
  Value wait_for_value_milliseconds(std::string_view instance, std::string_view key,
                                    std::uint64_t after_version, Milliseconds timeout) const;
  void wait_for_value_milliseconds(std::string_view instance, std::string_view key,
                                   std::uint64_t after_version, Milliseconds timeout,
                                   OnValue on_value) const;

  std::shared_ptr<Impl> impl_;  ///< of the whole client
};

}  // namespace duroxide::DUROXIDE_ABI
