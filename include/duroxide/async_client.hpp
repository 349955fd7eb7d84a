#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/client.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/detail/gcc12.hpp>
#include <duroxide/pending_call.hpp>
#include <duroxide/pending_call_options.hpp>

namespace duroxide::DUROXIDE_ABI {

/// The calls of a `Client`, made at once and answered later: each gives a `PendingCall` of what the
/// blocking call gives, and has its errors, those of `CallOptions`, and `cancelled`. Get one from
/// `Client::async`; it is a copy of that client, cheap to make, and safe to use from any thread.
///
/// Inputs and data are encoded before a call returns, so nothing of the caller's is kept. Under GCC 12 an
/// input that is an aggregate with braces is refused, as it might stand in a `co_await` expression: give
/// it a name, or write `input<T>(members…)`.
class DUROXIDE_API AsyncClient {
 public:
  explicit AsyncClient(Client client, CallOptions options = CallOptions())
      : options_(std::move(options)), client_(std::move(client)) {}

  /// The same with other options.
  [[nodiscard]] AsyncClient with(CallOptions options) const {
    return AsyncClient(client_, std::move(options));
  }

  // --- starting -----------------------------------------------------------------------------------

  [[nodiscard]] PendingCall<StartResult> start_orchestration(std::string_view instance,
                                                             std::string_view orchestration) const {
    return start_text(instance, orchestration, std::string(), StartOptions());
  }
  template <class In>
  [[nodiscard]] PendingCall<StartResult> start_orchestration(
      std::string_view instance, std::string_view orchestration, In&& input,
      const StartOptions& options = StartOptions()) const {
    return start_text(instance, orchestration, encoded(std::forward<In>(input)), options);
  }
  template <TypedOrchestration Handle>
  [[nodiscard]] PendingCall<StartResult> start_orchestration(std::string_view instance,
                                                             const Handle& orchestration) const {
    return start_text(instance, orchestration.name(), encode_payload(typename Handle::Input()),
                      StartOptions());
  }
  template <TypedOrchestration Handle, class In>
  [[nodiscard]] PendingCall<StartResult> start_orchestration(
      std::string_view instance, const Handle& orchestration, In&& input,
      const StartOptions& options = StartOptions()) const {
    return start_text(instance, orchestration.name(),
                      encoded_as<typename Handle::Input>(std::forward<In>(input)), options);
  }
  template <class In>
  [[nodiscard]] PendingCall<StartResult> start_orchestration_versioned(
      std::string_view instance, std::string_view orchestration, In&& input,
      std::string version) const {
    return start_orchestration(instance, orchestration, std::forward<In>(input),
                               StartOptions().version(std::move(version)));
  }
  template <class In, class Rep, class Period>
  [[nodiscard]] PendingCall<StartResult> schedule_orchestration(
      std::string_view instance, std::string_view orchestration, In&& input,
      std::chrono::duration<Rep, Period> delay) const {
    return start_orchestration(instance, orchestration, std::forward<In>(input),
                               StartOptions().delay(delay));
  }

  /// Without a timeout but that of the call, after which, or once it is cancelled, the instance goes on.
  template <class Out = std::string, class In>
  [[nodiscard]] PendingCall<Out> run_orchestration(
      std::string_view instance, std::string_view orchestration, In&& input,
      const StartOptions& options = StartOptions()) const {
    return run_as<Out>(instance, orchestration, encoded(std::forward<In>(input)), options);
  }
  template <TypedOrchestration Handle, class In>
  [[nodiscard]] PendingCall<typename Handle::Output> run_orchestration(
      std::string_view instance, const Handle& orchestration, In&& input,
      const StartOptions& options = StartOptions()) const {
    return run_as<typename Handle::Output>(
        instance, orchestration.name(), encoded_as<typename Handle::Input>(std::forward<In>(input)),
        options);
  }

  template <class In, class Data>
  [[nodiscard]] PendingCall<StartResult> start_with_event(
      std::string_view instance, std::string_view orchestration, In&& input, std::string_view event,
      Data&& data, const StartOptions& options = StartOptions(),
      const RaiseOptions& raise_options = RaiseOptions()) const {
    return start_with_event_text(instance, orchestration, encoded(std::forward<In>(input)), event,
                                 encoded(std::forward<Data>(data)), options, raise_options);
  }
  template <TypedOrchestration Handle, class In, class T, class Data>
  [[nodiscard]] PendingCall<StartResult> start_with_event(
      std::string_view instance, const Handle& orchestration, In&& input,
      const ExternalEvent<T>& event, Data&& data, const StartOptions& options = StartOptions(),
      const RaiseOptions& raise_options = RaiseOptions()) const {
    return start_with_event_text(
        instance, orchestration.name(), encoded_as<typename Handle::Input>(std::forward<In>(input)),
        event.name(), encoded_as<T>(std::forward<Data>(data)), options, raise_options);
  }

  /// Cancelled or out of time, what was sent is done all the same; see `update`.
  template <class Out = std::string, class In, class Asked>
  [[nodiscard]] PendingCall<StartedWithUpdate<Out>> start_with_update(
      std::string_view instance, std::string_view orchestration, In&& input,
      std::string_view update, Asked&& asked, const StartOptions& options = StartOptions(),
      const UpdateOptions& update_options = UpdateOptions()) const {
    return start_with_update_as<Out>(instance, orchestration, encoded(std::forward<In>(input)),
                                     update, encoded(std::forward<Asked>(asked)), options,
                                     update_options);
  }
  template <TypedOrchestration Handle, class Input, class In, class Out, class Asked>
  [[nodiscard]] PendingCall<StartedWithUpdate<Out>> start_with_update(
      std::string_view instance, const Handle& orchestration, Input&& input,
      const Update<In, Out>& update, Asked&& asked, const StartOptions& options = StartOptions(),
      const UpdateOptions& update_options = UpdateOptions()) const {
    return start_with_update_as<Out>(instance, orchestration.name(),
                                     encoded_as<typename Handle::Input>(std::forward<Input>(input)),
                                     update.name(), encoded_as<In>(std::forward<Asked>(asked)),
                                     options, update_options);
  }

  // --- signalling ---------------------------------------------------------------------------------

  [[nodiscard]] PendingCall<void> raise_event(std::string_view instance,
                                              std::string_view event) const {
    return raise_text(instance, event, std::string(), RaiseOptions());
  }
  template <class Data>
  [[nodiscard]] PendingCall<void> raise_event(std::string_view instance, std::string_view event,
                                              Data&& data,
                                              const RaiseOptions& options = RaiseOptions()) const {
    return raise_text(instance, event, encoded(std::forward<Data>(data)), options);
  }
  template <class T, class Data>
  [[nodiscard]] PendingCall<void> raise_event(std::string_view instance,
                                              const ExternalEvent<T>& event, Data&& data,
                                              const RaiseOptions& options = RaiseOptions()) const {
    return raise_text(instance, event.name(), encoded_as<T>(std::forward<Data>(data)), options);
  }

  [[nodiscard]] PendingCall<void> enqueue_event(std::string_view instance,
                                                std::string_view queue) const {
    return enqueue_text(instance, queue, std::string(), RaiseOptions());
  }
  template <class Data>
  [[nodiscard]] PendingCall<void> enqueue_event(
      std::string_view instance, std::string_view queue, Data&& data,
      const RaiseOptions& options = RaiseOptions()) const {
    return enqueue_text(instance, queue, encoded(std::forward<Data>(data)), options);
  }
  template <class T, class Data>
  [[nodiscard]] PendingCall<void> enqueue_event(
      std::string_view instance, const EventQueue<T>& queue, Data&& data,
      const RaiseOptions& options = RaiseOptions()) const {
    return enqueue_text(instance, queue.name(), encoded_as<T>(std::forward<Data>(data)), options);
  }

  [[nodiscard]] PendingCall<void> cancel_orchestration(std::string_view instance,
                                                       std::string_view reason = {}) const;
  [[nodiscard]] PendingCall<void> cancel_instance(std::string_view instance,
                                                  std::string_view reason) const {
    return cancel_orchestration(instance, reason);
  }

  // --- asking the code of an instance -------------------------------------------------------------

  /// Cancelled or out of time, an update that was sent goes its way all the same; asked again with the
  /// same id, it gives its answer.
  template <class Out = std::string, class In>
  [[nodiscard]] PendingCall<Out> update(std::string_view instance, std::string_view name,
                                        In&& input,
                                        const UpdateOptions& options = UpdateOptions()) const {
    return update_as<Out>(instance, name, encoded(std::forward<In>(input)), options);
  }
  template <class In, class Out, class Value>
  [[nodiscard]] PendingCall<Out> update(std::string_view instance, const Update<In, Out>& handle,
                                        Value&& input,
                                        const UpdateOptions& options = UpdateOptions()) const {
    return update_as<Out>(instance, handle.name(), encoded_as<In>(std::forward<Value>(input)),
                          options);
  }
  template <class Out = std::string, class In, class Rep, class Period>
  [[nodiscard]] PendingCall<Out> query(std::string_view instance, std::string_view name, In&& input,
                                       std::chrono::duration<Rep, Period> timeout) const {
    return query_as<Out>(instance, name, encoded(std::forward<In>(input)),
                         Client::timeout_of(timeout));
  }
  template <class In, class Out, class Value, class Rep, class Period>
  [[nodiscard]] PendingCall<Out> query(std::string_view instance, const Query<In, Out>& handle,
                                       Value&& input,
                                       std::chrono::duration<Rep, Period> timeout) const {
    return query_as<Out>(instance, handle.name(), encoded_as<In>(std::forward<Value>(input)),
                         Client::timeout_of(timeout));
  }

  // --- looking and waiting ------------------------------------------------------------------------

  using BulkStatus = std::vector<std::pair<std::string, OrchestrationStatus>>;

  [[nodiscard]] PendingCall<OrchestrationStatus> get_orchestration_status(
      std::string_view instance) const;
  [[nodiscard]] PendingCall<OrchestrationStatus> get_status(std::string_view instance) const {
    return get_orchestration_status(instance);
  }
  [[nodiscard]] PendingCall<BulkStatus> get_bulk_status(
      const std::vector<std::string>& instances) const;

  /// For ever, or as long as the call may take.
  [[nodiscard]] PendingCall<OrchestrationStatus> wait_for_start(std::string_view instance) const;
  template <class Rep, class Period>
  [[nodiscard]] PendingCall<OrchestrationStatus> wait_for_start(
      std::string_view instance, std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_start_milliseconds(instance, Client::timeout_of(timeout));
  }

  /// For ever, or as long as the call may take.
  [[nodiscard]] PendingCall<OrchestrationStatus> wait_for_first_turn(
      std::string_view instance) const;
  template <class Rep, class Period>
  [[nodiscard]] PendingCall<OrchestrationStatus> wait_for_first_turn(
      std::string_view instance, std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_first_turn_milliseconds(instance, Client::timeout_of(timeout));
  }

  /// For ever, or as long as the call may take.
  [[nodiscard]] PendingCall<OrchestrationStatus> wait_for_completion(
      std::string_view instance) const;
  template <class Rep, class Period>
  [[nodiscard]] PendingCall<OrchestrationStatus> wait_for_completion(
      std::string_view instance, std::chrono::duration<Rep, Period> timeout) const {
    return wait_milliseconds(instance, Client::timeout_of(timeout));
  }
  template <class Rep, class Period>
  [[nodiscard]] PendingCall<OrchestrationStatus> wait_for_orchestration(
      std::string_view instance, std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_completion(instance, timeout);
  }

  [[nodiscard]] PendingCall<OrchestrationStatus> wait_for_status_change(
      std::string_view instance, std::uint64_t last_seen) const;
  template <class Rep, class Period>
  [[nodiscard]] PendingCall<OrchestrationStatus> wait_for_status_change(
      std::string_view instance, std::uint64_t last_seen,
      std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_change_milliseconds(instance, last_seen, Client::timeout_of(timeout));
  }

  /// Waits and decodes the output, without a timeout of its own if none is given.
  template <class T>
  [[nodiscard]] PendingCall<T> wait_for_output(std::string_view instance) const {
    return begin<T>([&](auto on_output) {
      client_.wait_for_completion(instance, decoding<T>(std::move(on_output)));
    });
  }
  template <class T, class Rep, class Period>
  [[nodiscard]] PendingCall<T> wait_for_output(std::string_view instance,
                                               std::chrono::duration<Rep, Period> timeout) const {
    return begin<T>([&](auto on_output) {
      client_.wait_for_completion(instance, timeout, decoding<T>(std::move(on_output)));
    });
  }
  template <TypedOrchestration Handle>
  [[nodiscard]] PendingCall<typename Handle::Output> wait_for_output(
      std::string_view instance, const Handle& /*orchestration*/) const {
    return wait_for_output<typename Handle::Output>(instance);
  }
  template <TypedOrchestration Handle, class Rep, class Period>
  [[nodiscard]] PendingCall<typename Handle::Output> wait_for_output(
      std::string_view instance, const Handle& /*orchestration*/,
      std::chrono::duration<Rep, Period> timeout) const {
    return wait_for_output<typename Handle::Output>(instance, timeout);
  }

  [[nodiscard]] PendingCall<std::optional<StoredValue>> get_value(std::string_view instance,
                                                                  std::string_view key) const;
  [[nodiscard]] PendingCall<std::vector<StoredValue>> get_all_values(
      std::string_view instance) const;
  [[nodiscard]] PendingCall<std::optional<StoredValue>> wait_for_value(
      std::string_view instance, std::string_view key, std::uint64_t after_version = 0) const;
  template <class Rep, class Period>
  [[nodiscard]] PendingCall<std::optional<StoredValue>> wait_for_value(
      std::string_view instance, std::string_view key, std::chrono::duration<Rep, Period> timeout,
      std::uint64_t after_version = 0) const {
    return wait_for_value_milliseconds(instance, key, after_version, Client::timeout_of(timeout));
  }

  // --- activities that are finished from outside --------------------------------------------------

  [[nodiscard]] PendingCall<void> complete_activity(const ActivityToken& activity) const {
    return complete_text(activity, std::string());
  }
  template <class T>
  [[nodiscard]] PendingCall<void> complete_activity(const ActivityToken& activity,
                                                    T&& result) const {
    return complete_text(activity, encoded(std::forward<T>(result)));
  }
  [[nodiscard]] PendingCall<void> fail_activity(const ActivityToken& activity,
                                                std::string message) const;
  [[nodiscard]] PendingCall<void> fail_activity(const ActivityToken& activity,
                                                const ApplicationError& error) const;
  template <class T>
  [[nodiscard]] PendingCall<void> heartbeat_activity(const ActivityToken& activity,
                                                     T&& progress) const {
    return heartbeat_text(activity, encoded(std::forward<T>(progress)));
  }

 private:
  using Text = Client::Text;

  template <class T, class Make>
  [[nodiscard]] PendingCall<T> begin(const Make& make) const {
    return detail::begin_call<T>(client_.call_surroundings(), options_, make);
  }

  template <class In>
  [[nodiscard]] static Text encoded(In&& input) {
    detail::check_input<In>();
    if constexpr (detail::is_built_input<std::remove_cvref_t<In>>) {
      return encode_payload(input.value());
    } else {
      return encode_payload(input);
    }
  }
  template <class T, class In>
  [[nodiscard]] static Text encoded_as(In&& input) {
    detail::check_input<In>();
    const T& value = input;
    return encode_payload(value);
  }

  template <class T, class OnOutput>
  [[nodiscard]] static Client::OnStatus decoding(OnOutput on_output) {
    return [on_output = std::move(on_output)](const Client::Status& status) {
      on_output(Client::output_of<T>(status));
    };
  }

  template <class Out>
  [[nodiscard]] PendingCall<Out> run_as(std::string_view instance, std::string_view orchestration,
                                        Text input, const StartOptions& options) const {
    return begin<Out>([&](auto on_output) {
      client_.run_text(instance, orchestration, std::move(input), options,
                       decoding<Out>(std::move(on_output)));
    });
  }
  template <class Out>
  [[nodiscard]] PendingCall<Out> update_as(std::string_view instance, std::string_view name,
                                           Text input, const UpdateOptions& options) const {
    return begin<Out>([&](auto on_answer) {
      client_.update_text(instance, name, std::move(input), options,
                          answering<Out>(std::move(on_answer)));
    });
  }
  template <class Out>
  [[nodiscard]] PendingCall<StartedWithUpdate<Out>> start_with_update_as(
      std::string_view instance, std::string_view orchestration, Text input,
      std::string_view update, Text asked, const StartOptions& options,
      const UpdateOptions& update_options) const {
    return begin<StartedWithUpdate<Out>>([&](auto on_answer) {
      client_.start_with_update_text(
          instance, orchestration, std::move(input), update, std::move(asked), options,
          update_options,
          [on_answer = std::move(on_answer)](const Client::StartedAndUpdated& started) {
            on_answer(Client::started_as<Out>(started));
          });
    });
  }
  template <class Out>
  [[nodiscard]] PendingCall<Out> query_as(std::string_view instance, std::string_view name,
                                          Text input, Milliseconds timeout) const {
    return begin<Out>([&](auto on_answer) {
      client_.query_text(instance, name, std::move(input), timeout,
                         answering<Out>(std::move(on_answer)));
    });
  }
  template <class Out, class OnAnswer>
  [[nodiscard]] static Client::OnUpdated answering(OnAnswer on_answer) {
    return [on_answer = std::move(on_answer)](const Client::Updated& updated) {
      on_answer(Client::answer_as<Out>(updated));
    };
  }

  PendingCall<StartResult> start_text(std::string_view instance, std::string_view orchestration,
                                      Text input, const StartOptions& options) const;
  PendingCall<StartResult> start_with_event_text(std::string_view instance,
                                                 std::string_view orchestration, Text input,
                                                 std::string_view event, Text data,
                                                 const StartOptions& options,
                                                 const RaiseOptions& raise_options) const;
  PendingCall<void> raise_text(std::string_view instance, std::string_view event, Text data,
                               const RaiseOptions& options) const;
  PendingCall<void> enqueue_text(std::string_view instance, std::string_view queue, Text data,
                                 const RaiseOptions& options) const;
  PendingCall<void> complete_text(const ActivityToken& activity, Text result) const;
  PendingCall<void> heartbeat_text(const ActivityToken& activity, Text progress) const;
  PendingCall<OrchestrationStatus> wait_for_start_milliseconds(std::string_view instance,
                                                               Milliseconds timeout) const;
  PendingCall<OrchestrationStatus> wait_for_first_turn_milliseconds(std::string_view instance,
                                                                    Milliseconds timeout) const;
  PendingCall<OrchestrationStatus> wait_milliseconds(std::string_view instance,
                                                     Milliseconds timeout) const;
  PendingCall<OrchestrationStatus> wait_for_change_milliseconds(std::string_view instance,
                                                                std::uint64_t last_seen,
                                                                Milliseconds timeout) const;
  PendingCall<std::optional<StoredValue>> wait_for_value_milliseconds(std::string_view instance,
                                                                      std::string_view key,
                                                                      std::uint64_t after_version,
                                                                      Milliseconds timeout) const;

  CallOptions options_;
  mutable Client client_;  ///< last: what its end still runs may look at the options
};

}  // namespace duroxide::DUROXIDE_ABI
