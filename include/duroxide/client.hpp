#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <duroxide/activity.hpp>
#include <duroxide/client_management.hpp>
#include <duroxide/client_waits.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/codec.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management.hpp>
#include <duroxide/message_options.hpp>
#include <duroxide/payload.hpp>
#include <duroxide/result.hpp>
#include <duroxide/start_options.hpp>
#include <duroxide/start_result.hpp>
#include <duroxide/status.hpp>
#include <duroxide/store.hpp>
#include <duroxide/typed_handles.hpp>

namespace duroxide::DUROXIDE_ABI {

class AsyncClient;
class CallOptions;
class Interceptor;

namespace detail {
struct CallSurroundings;
}  // namespace detail

/// The control plane of a store: starts, signals, cancels and watches instances, whether or not a
/// runtime is at work on it. Every call that changes something returns after the change is durable.
/// Safe to use from any number of threads, also from activities.
///
/// Each call has three forms. One blocks. One takes a callback, which is called once, on a thread of
/// the engine's, and must not block; what it throws goes to the store's log. What only shortens another
/// call, or takes a handle, has no such form. And `async` gives all calls as pending ones, with a
/// timeout, with a handle that cancels, and with a callback or a coroutine where you want it to run.
///
/// **Before the last copy of a client goes, wait for your callbacks, and never drop it while you hold a
/// lock that one of them takes:** its destructor runs or waits for them. What is not answered then is
/// answered as `cancelled`, and the message says whether it may be done. Callbacks that wait in a queue of
/// yours are run by the destructor; what they call is answered as `cancelled` too, and they must not use
/// that client by reference but hold a copy. Once the destructor has returned, none of its callbacks runs
/// any more. The exceptions: in a callback it waits neither for that one nor for those on other threads;
/// and what the callback had asked just before is answered behind it.
///
/// A blocking call from orchestration code, from a callback or from a log sink would wait for the very
/// thread that it holds, so it answers `would_deadlock` at once, which also goes to the store's log.
/// Use the form that takes a callback there, or leave the call to an activity or a thread of your own.
///
/// Errors of all: `would_deadlock`, of the blocking form; `storage_error`; `invalid_instance` for an id that is empty, longer than 255 bytes
/// or not UTF-8; `invalid_input` for any other argument; `read_only`, if the store was opened for
/// reading only, of every change and of a wait that is not over at once; `cancelled`.
///
/// The calls that wait for an instance come from `ClientWaits`. Those that show what is in the store
/// (`list_instances` and its like, from `ManagementCalls`) are those of `ManagementClient`, in their
/// blocking form.
class DUROXIDE_API Client : public ClientWaits, public ManagementCalls<Client> {
 public:
  using Done = Result<void, ClientError>;
  using OnDone = std::function<void(Done)>;
  using Started = Result<StartResult, ClientError>;
  using OnStarted = std::function<void(Started)>;
  using BulkStatus = Result<std::vector<std::pair<std::string, OrchestrationStatus>>, ClientError>;
  using OnBulkStatus = std::function<void(BulkStatus)>;
  using Values = Result<std::vector<StoredValue>, ClientError>;
  using OnValues = std::function<void(Values)>;
  using Updated = Result<Payload, ClientError>;
  using OnUpdated = std::function<void(Updated)>;
  using StartedAndUpdated = Result<StartedWithUpdate<Payload>, ClientError>;
  using OnStartedAndUpdated = std::function<void(StartedAndUpdated)>;

  /// A client with everything the store offers.
  explicit Client(Store store);
  /// A client that controls one store and reads management from another, a replica say.
  [[nodiscard]] static Client with_management(Store provider, Store management);
  /// Other names for a client with everything that one store offers; the latter for a store of
  /// any kind.
  [[nodiscard]] static Client from_lmdb_provider(Store store) { return Client(std::move(store)); }
  [[nodiscard]] static Client from_provider_with_management(Store store) {
    return Client(std::move(store));
  }
  /// A client of the same stores, whose starts go through this interceptor, inside those that this client
  /// has. It has threads and callbacks of its own. A null pointer adds none.
  [[nodiscard]] Client with_interceptor(std::shared_ptr<Interceptor> interceptor) const;
  ~Client();
  Client(const Client&) = default;
  Client& operator=(const Client&) = default;
  Client(Client&&) noexcept = default;
  Client& operator=(Client&&) noexcept = default;

  /// The same calls as pending ones; it is a copy of this client. Include async_client.hpp to use it.
  [[nodiscard]] AsyncClient async() const;
  [[nodiscard]] AsyncClient async(const CallOptions& options) const;

  /// Starts an instance. `input` is text or anything cereal serialises. Errors:
  /// `instance_already_exists`, unless the options say otherwise: see `ReusePolicy`.
  template <class In = std::string>
  [[nodiscard]] Started start_orchestration(std::string_view instance,
                                            std::string_view orchestration, const In& input = In(),
                                            const StartOptions& options = StartOptions()) {
    return start_text(instance, orchestration, encode_payload(input), options);
  }
  template <class In = std::string>
  void start_orchestration(std::string_view instance, std::string_view orchestration,
                           const In& input, const StartOptions& options, OnStarted on_started) {
    start_text(instance, orchestration, encode_payload(input), options, std::move(on_started));
  }

  /// Starts an instance through a handle, which checks the type of the input.
  template <TypedOrchestration Handle>
  [[nodiscard]] Started start_orchestration(
      std::string_view instance, const Handle& orchestration,
      const typename Handle::Input& input = typename Handle::Input(),
      const StartOptions& options = StartOptions()) {
    return start_text(instance, orchestration.name(), encode_payload(input), options);
  }

  /// Starts an instance under exactly this version.
  template <class In = std::string>
  [[nodiscard]] Started start_orchestration_versioned(std::string_view instance,
                                                      std::string_view orchestration,
                                                      const In& input, std::string version) {
    return start_orchestration(instance, orchestration, input,
                               StartOptions().version(std::move(version)));
  }

  /// Starts an instance after a delay.
  template <class In, class Rep, class Period>
  [[nodiscard]] Started schedule_orchestration(std::string_view instance,
                                               std::string_view orchestration, const In& input,
                                               std::chrono::duration<Rep, Period> delay) {
    return start_orchestration(instance, orchestration, input, StartOptions().delay(delay));
  }

  /// Starts an instance, waits until it has ended, and gives what it returned: `start_orchestration` and
  /// `wait_for_output` as one call, and the fastest way to a result, as nobody is woken in between. With
  /// `StartOptions::reuse` it waits for the instance that has the id. `timeout` is for both, though the answer to the
  /// start is waited for; when it is over, the instance goes on, and can be waited for by its id. Errors: those of both.
  template <class Out = std::string, class In, class Rep, class Period>
  [[nodiscard]] Result<Out, ClientError> run_orchestration(
      std::string_view instance, std::string_view orchestration, const In& input,
      std::chrono::duration<Rep, Period> timeout, const StartOptions& options = StartOptions()) {
    return output_of<Out>(
        run_text(instance, orchestration, encode_payload(input), timeout_of(timeout), options));
  }
  template <TypedOrchestration Handle, class Rep, class Period>
  [[nodiscard]] Result<typename Handle::Output, ClientError> run_orchestration(
      std::string_view instance, const Handle& orchestration, const typename Handle::Input& input,
      std::chrono::duration<Rep, Period> timeout, const StartOptions& options = StartOptions()) {
    return output_of<typename Handle::Output>(run_text(
        instance, orchestration.name(), encode_payload(input), timeout_of(timeout), options));
  }
  /// Calls back with the status of its end, however long that takes. Errors: those of both.
  template <class In>
  void run_orchestration(std::string_view instance, std::string_view orchestration, const In& input,
                         const StartOptions& options, OnStatus on_status) {
    run_text(instance, orchestration, encode_payload(input), options, std::move(on_status));
  }

  /// Starts an instance unless there is one of this id, and sends it an event, in one commit or not at
  /// all: so nobody who comes between finds it without the event, and many may do the same at once. The
  /// answer tells whether this call has created it. What happens if the id is taken is `StartOptions::reuse`,
  /// which is `use_existing` here unless it is set. Errors: those of `start_orchestration` and of
  /// `raise_event`; of an existing instance that has ended `instance_finished`.
  template <class In, class Data>
  [[nodiscard]] Started start_with_event(std::string_view instance, std::string_view orchestration,
                                         const In& input, std::string_view event, const Data& data,
                                         const StartOptions& options = StartOptions(),
                                         const RaiseOptions& raise_options = RaiseOptions()) {
    return start_with_event_text(instance, orchestration, encode_payload(input), event,
                                 encode_payload(data), options, raise_options);
  }
  template <class In, class Data>
  void start_with_event(std::string_view instance, std::string_view orchestration, const In& input,
                        std::string_view event, const Data& data, const StartOptions& options,
                        const RaiseOptions& raise_options, OnStarted on_started) {
    start_with_event_text(instance, orchestration, encode_payload(input), event,
                          encode_payload(data), options, raise_options, std::move(on_started));
  }
  template <TypedOrchestration Handle, class T>
  [[nodiscard]] Started start_with_event(std::string_view instance, const Handle& orchestration,
                                         const typename Handle::Input& input,
                                         const ExternalEvent<T>& event,
                                         const std::type_identity_t<T>& data,
                                         const StartOptions& options = StartOptions(),
                                         const RaiseOptions& raise_options = RaiseOptions()) {
    return start_with_event_text(instance, orchestration.name(), encode_payload(input),
                                 event.name(), encode_payload(data), options, raise_options);
  }

  /// The same with an update instead of an event, and waits for what the code answers: see `update`. An
  /// error of the call means that nothing was started and nothing was asked, but for `storage_error` and
  /// `cancelled`, after which it is not known; else the start is done, and what became of the update, a
  /// `timeout` too, is its `answer`. Asked again under the same `UpdateOptions::id`, it is done once.
  template <class Out = std::string, class In, class Asked>
  [[nodiscard]] Result<StartedWithUpdate<Out>, ClientError> start_with_update(
      std::string_view instance, std::string_view orchestration, const In& input,
      std::string_view update, const Asked& asked, const StartOptions& options = StartOptions(),
      const UpdateOptions& update_options = UpdateOptions()) {
    return started_as<Out>(start_with_update_text(instance, orchestration, encode_payload(input),
                                                  update, encode_payload(asked), options,
                                                  update_options));
  }
  template <class Out = std::string, class In, class Asked>
  void start_with_update(
      std::string_view instance, std::string_view orchestration, const In& input,
      std::string_view update, const Asked& asked, const StartOptions& options,
      const UpdateOptions& update_options,
      std::function<void(Result<StartedWithUpdate<Out>, ClientError>)> on_answer) {
    start_with_update_text(instance, orchestration, encode_payload(input), update,
                           encode_payload(asked), options, update_options,
                           [on_answer = std::move(on_answer)](const StartedAndUpdated& started) {
                             on_answer(started_as<Out>(started));
                           });
  }
  template <TypedOrchestration Handle, class In, class Out>
  [[nodiscard]] Result<StartedWithUpdate<Out>, ClientError> start_with_update(
      std::string_view instance, const Handle& orchestration, const typename Handle::Input& input,
      const Update<In, Out>& update, const std::type_identity_t<In>& asked,
      const StartOptions& options = StartOptions(),
      const UpdateOptions& update_options = UpdateOptions()) {
    return started_as<Out>(start_with_update_text(instance, orchestration.name(),
                                                  encode_payload(input), update.name(),
                                                  encode_payload(asked), options, update_options));
  }

  /// Sends an event to an instance; it is kept until the instance waits for that name. With a key it is
  /// delivered once, however often it is sent. Errors: `instance_not_found`, `instance_finished`;
  /// `invalid_input` if another event, or other data, was sent under the key.
  template <class Data = std::string>
  [[nodiscard]] Done raise_event(std::string_view instance, std::string_view event,
                                 const Data& data = Data(),
                                 const RaiseOptions& options = RaiseOptions()) {
    return raise_text(instance, event, encode_payload(data), options);
  }
  template <class Data = std::string>
  void raise_event(std::string_view instance, std::string_view event, const Data& data,
                   OnDone on_done) {
    raise_text(instance, event, encode_payload(data), RaiseOptions(), std::move(on_done));
  }
  template <class Data = std::string>
  void raise_event(std::string_view instance, std::string_view event, const Data& data,
                   const RaiseOptions& options, OnDone on_done) {
    raise_text(instance, event, encode_payload(data), options, std::move(on_done));
  }
  template <class T>
  [[nodiscard]] Done raise_event(std::string_view instance, const ExternalEvent<T>& event,
                                 const std::type_identity_t<T>& data,
                                 const RaiseOptions& options = RaiseOptions()) {
    return raise_text(instance, event.name(), encode_payload(data), options);
  }

  /// Puts a message into a queue of an instance, from which its `dequeue_event` takes them strictly in
  /// order. With a key it is put there once, however often it is sent. Errors: `instance_not_found`,
  /// `instance_finished`; `invalid_input` if an event, another message or other data was sent under the key.
  template <class Data = std::string>
  [[nodiscard]] Done enqueue_event(std::string_view instance, std::string_view queue,
                                   const Data& data = Data(),
                                   const RaiseOptions& options = RaiseOptions()) {
    return enqueue_text(instance, queue, encode_payload(data), options);
  }
  template <class Data = std::string>
  void enqueue_event(std::string_view instance, std::string_view queue, const Data& data,
                     OnDone on_done) {
    enqueue_text(instance, queue, encode_payload(data), RaiseOptions(), std::move(on_done));
  }
  template <class Data = std::string>
  void enqueue_event(std::string_view instance, std::string_view queue, const Data& data,
                     const RaiseOptions& options, OnDone on_done) {
    enqueue_text(instance, queue, encode_payload(data), options, std::move(on_done));
  }
  template <class T>
  [[nodiscard]] Done enqueue_event(std::string_view instance, const EventQueue<T>& queue,
                                   const std::type_identity_t<T>& data,
                                   const RaiseOptions& options = RaiseOptions()) {
    return enqueue_text(instance, queue.name(), encode_payload(data), options);
  }

  /// Asks the code of an instance something, and waits for what it answers: see
  /// `OrchestrationContext::on_update`. An answer means that it is durable, with all that the handler has
  /// done. Before the instance has a handler of that name the update waits for one, also across its
  /// `continue_as_new`.
  ///
  /// With an id of your own the call can be repeated: while the execution that has answered the update is
  /// the instance's last, the same id gets the same answer, whatever else is asked. After a
  /// `continue_as_new` it is a new update.
  ///
  /// Errors: `update_refused`, by the validator; `update_failed`, of the handler; `ClientError::details`
  /// has what was thrown. `instance_not_found`; `instance_finished` if the instance has ended, or ends
  /// without an answer; `timeout`; `invalid_payload` if the answer is no `Out`; `invalid_input`.
  template <class Out = std::string, class In = std::string>
  [[nodiscard]] Result<Out, ClientError> update(std::string_view instance, std::string_view name,
                                                const In& input = In(),
                                                const UpdateOptions& options = UpdateOptions()) {
    return answer_as<Out>(update_text(instance, name, encode_payload(input), options));
  }
  template <class Out = std::string, class In = std::string>
  void update(std::string_view instance, std::string_view name, const In& input,
              const UpdateOptions& options,
              std::function<void(Result<Out, ClientError>)> on_answer) {
    update_text(instance, name, encode_payload(input), options,
                [on_answer = std::move(on_answer)](const Updated& updated) {
                  on_answer(answer_as<Out>(updated));
                });
  }
  template <class In, class Out>
  [[nodiscard]] Result<Out, ClientError> update(std::string_view instance,
                                                const Update<In, Out>& handle,
                                                const std::type_identity_t<In>& input,
                                                const UpdateOptions& options = UpdateOptions()) {
    return answer_as<Out>(update_text(instance, handle.name(), encode_payload(input), options));
  }

  /// Looks into an instance: asks its code, which answers from the state in which the last turn has left
  /// it, see `OrchestrationContext::on_query`. Nothing of it is kept anywhere. It takes a runtime that has
  /// the orchestration, and waits for one, and for the instance to have begun; a paused one is not asked.
  /// Errors: `query_failed`, of the handler, or if there is none of that name; `ClientError::details` has
  /// what was thrown. `instance_not_found`; `instance_finished`, as the code of an instance that has ended
  /// is gone; `timeout`; `invalid_payload` if the answer is no `Out`; `invalid_input`.
  template <class Out = std::string, class In = std::string, class Rep, class Period>
  [[nodiscard]] Result<Out, ClientError> query(std::string_view instance, std::string_view name,
                                               const In& input,
                                               std::chrono::duration<Rep, Period> timeout) const {
    return answer_as<Out>(query_text(instance, name, encode_payload(input), timeout_of(timeout)));
  }
  template <class Out = std::string, class In = std::string, class Rep, class Period>
  void query(std::string_view instance, std::string_view name, const In& input,
             std::chrono::duration<Rep, Period> timeout,
             std::function<void(Result<Out, ClientError>)> on_answer) const {
    query_text(instance, name, encode_payload(input), timeout_of(timeout),
               [on_answer = std::move(on_answer)](const Updated& answer) {
                 on_answer(answer_as<Out>(answer));
               });
  }
  template <class In, class Out, class Rep, class Period>
  [[nodiscard]] Result<Out, ClientError> query(std::string_view instance,
                                               const Query<In, Out>& handle,
                                               const std::type_identity_t<In>& input,
                                               std::chrono::duration<Rep, Period> timeout) const {
    return answer_as<Out>(
        query_text(instance, handle.name(), encode_payload(input), timeout_of(timeout)));
  }

  /// Asks an instance to stop. Its code may clean up first (see `OrchestrationCancelled`); then it
  /// fails as cancelled with this reason. Its timers are cancelled and its children asked in turn.
  /// Activities that have not begun are not run, running ones are told, and their results discarded.
  /// A second request changes nothing. Errors: `instance_not_found`, `instance_finished`.
  [[nodiscard]] Done cancel_orchestration(std::string_view instance, std::string_view reason = {});
  void cancel_orchestration(std::string_view instance, std::string_view reason, OnDone on_done);
  /// Another name for it.
  [[nodiscard]] Done cancel_instance(std::string_view instance, std::string_view reason);

  /// The status now; `NotFound` is a status, not an error.
  [[nodiscard]] Status get_orchestration_status(std::string_view instance) const;
  void get_orchestration_status(std::string_view instance, OnStatus on_status) const;
  /// Another name for it.
  [[nodiscard]] Status get_status(std::string_view instance) const;

  /// The status of each, in the order given.
  [[nodiscard]] BulkStatus get_bulk_status(const std::vector<std::string>& instances) const;
  void get_bulk_status(const std::vector<std::string>& instances, OnBulkStatus on_status) const;

  /// An entry of an instance's key-value state; none if there is no such entry or instance.
  [[nodiscard]] Value get_value(std::string_view instance, std::string_view key) const;
  void get_value(std::string_view instance, std::string_view key, OnValue on_value) const;
  /// All entries, by key; none for an unknown instance.
  [[nodiscard]] Values get_all_values(std::string_view instance) const;
  void get_all_values(std::string_view instance, OnValues on_values) const;
  /// Ends an activity that called `ActivityContext::complete_later` (or one that is still running, or
  /// waiting to run) with this result. Errors: `activity_not_found` if it has ended, was cancelled or
  /// never was.
  template <class T = std::string>
  [[nodiscard]] Done complete_activity(const ActivityToken& activity, const T& result = T()) {
    return complete_text(activity, encode_payload(result));
  }
  template <class T = std::string>
  void complete_activity(const ActivityToken& activity, const T& result, OnDone on_done) {
    complete_text(activity, encode_payload(result), std::move(on_done));
  }
  /// The same with a failure. Of the message 64 KiB are kept; it then says how long it was.
  [[nodiscard]] Done fail_activity(const ActivityToken& activity, std::string message);
  void fail_activity(const ActivityToken& activity, std::string message, OnDone on_done);
  /// The same with an error that says *do not retry*, or that holds a value of yours.
  [[nodiscard]] Done fail_activity(const ActivityToken& activity, const ApplicationError& error);
  void fail_activity(const ActivityToken& activity, const ApplicationError& error, OnDone on_done);
  /// A heartbeat for an activity that completes later: see `ActivityContext::heartbeat`. Errors:
  /// `activity_not_found`, which tells that nobody waits for the activity any more.
  template <class T>
  [[nodiscard]] Done heartbeat_activity(const ActivityToken& activity, const T& progress) {
    return heartbeat_text(activity, encode_payload(progress));
  }
  template <class T>
  void heartbeat_activity(const ActivityToken& activity, const T& progress, OnDone on_done) {
    heartbeat_text(activity, encode_payload(progress), std::move(on_done));
  }

  [[nodiscard]] bool has_management_capability() const;
  /// The same calls as an object, with their callback forms and all that acts on instances. Errors:
  /// `management_not_available`.
  [[nodiscard]] Result<ManagementClient, ClientError> management() const;

 private:
  friend class AsyncClient;
  friend class ClientBuilder;
  using Text = Result<std::string, std::string>;

  explicit Client(std::shared_ptr<Impl> impl);

  /// The answer to an update or a query, decoded.
  template <class Out>
  [[nodiscard]] static Result<Out, ClientError> answer_as(const Updated& updated) {
    if (!updated) {
      return failure(updated.error());
    }
    if constexpr (std::is_void_v<Out> || std::is_same_v<Out, Nothing>) {
      return {};
    } else {
      auto value = decode_payload<Out>(*updated);
      if (!value) {
        return failure(
            ClientError{ClientError::Kind::invalid_payload, "the answer: " + value.error()});
      }
      return std::move(*value);
    }
  }

  template <class Out>
  [[nodiscard]] static Result<StartedWithUpdate<Out>, ClientError> started_as(
      const StartedAndUpdated& started) {
    if (!started) {
      return failure(started.error());
    }
    return StartedWithUpdate<Out>(started->start(), answer_as<Out>(started->answer()));
  }

  Updated query_text(std::string_view instance, std::string_view name, Text input,
                     Milliseconds timeout) const;
  void query_text(std::string_view instance, std::string_view name, Text input,
                  Milliseconds timeout, OnUpdated on_answer) const;
  Updated update_text(std::string_view instance, std::string_view name, Text input,
                      const UpdateOptions& options);
  void update_text(std::string_view instance, std::string_view name, Text input,
                   const UpdateOptions& options, OnUpdated on_updated);
  [[nodiscard]] const detail::CallSurroundings& call_surroundings() const;

  Started start_text(std::string_view instance, std::string_view orchestration, Text input,
                     const StartOptions& options);
  void start_text(std::string_view instance, std::string_view orchestration, Text input,
                  const StartOptions& options, OnStarted on_started);
  Status run_text(std::string_view instance, std::string_view orchestration, Text input,
                  Milliseconds timeout, const StartOptions& options);
  void run_text(std::string_view instance, std::string_view orchestration, Text input,
                const StartOptions& options, OnStatus on_status);
  Started start_with_event_text(std::string_view instance, std::string_view orchestration,
                                Text input, std::string_view event, Text data,
                                const StartOptions& options, const RaiseOptions& raise_options);
  void start_with_event_text(std::string_view instance, std::string_view orchestration, Text input,
                             std::string_view event, Text data, const StartOptions& options,
                             const RaiseOptions& raise_options, OnStarted on_started);
  StartedAndUpdated start_with_update_text(std::string_view instance,
                                           std::string_view orchestration, Text input,
                                           std::string_view update, Text update_input,
                                           const StartOptions& options,
                                           const UpdateOptions& update_options);
  void start_with_update_text(std::string_view instance, std::string_view orchestration, Text input,
                              std::string_view update, Text update_input,
                              const StartOptions& options, const UpdateOptions& update_options,
                              OnStartedAndUpdated on_updated);
  Done raise_text(std::string_view instance, std::string_view event, Text data,
                  const RaiseOptions& options);
  void raise_text(std::string_view instance, std::string_view event, Text data,
                  const RaiseOptions& options, OnDone on_done);
  Done enqueue_text(std::string_view instance, std::string_view queue, Text data,
                    const RaiseOptions& options);
  void enqueue_text(std::string_view instance, std::string_view queue, Text data,
                    const RaiseOptions& options, OnDone on_done);
  Done complete_text(const ActivityToken& activity, Text result);
  void complete_text(const ActivityToken& activity, Text result, OnDone on_done);
  Done heartbeat_text(const ActivityToken& activity, Text progress);
  void heartbeat_text(const ActivityToken& activity, Text progress, OnDone on_done);
};

/// Another name for it.
using RuntimeClient = Client;

}  // namespace duroxide::DUROXIDE_ABI
