#include <duroxide/runtime.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <duroxide/client.hpp>

#include "model/careful_sink.hpp"
#include "model/lent_thread.hpp"
#include "model/process_mark.hpp"
#include "protocol/store_impl.hpp"
#include "runtime/beside.hpp"
#include "runtime/environment.hpp"
#include "runtime/options.hpp"
#include "runtime/running.hpp"
#include "runtime/runtime_access.hpp"

namespace duroxide::DUROXIDE_ABI {

struct Runtime::Impl {
  Impl(Store used_store, RuntimeOptions used_options)
      : store(std::move(used_store)), options(std::move(used_options)) {}

  /// Gathers what `start` will tell.
  void note_mistake(model::Checked registered) {
    if (!registered) {
      mistakes.push_back(std::move(registered).error().what);
    }
  }

  /// All mistakes in one error.
  [[nodiscard]] Result<void, RuntimeError> check_registrations() const {
    std::vector<std::string> all = mistakes;
    for (std::string& mistake : orchestrations.check_policies()) {
      all.push_back(std::move(mistake));
    }
    if (all.empty()) {
      return {};
    }
    std::string message = "mistakes in the registrations:";
    for (const std::string& mistake : all) {
      message += "\n" + mistake;
    }
    return failure(RuntimeError{RuntimeError::Kind::registry_error, std::move(message)});
  }

  [[nodiscard]] runtime::SharedEnvironment make_environment() const {
    auto environment = std::make_shared<runtime::Environment>();
    environment->provider = provider_of(store);
    environment->quiet_acks = storage::quiet_acks_of(environment->provider);
    environment->clock = store.clock();
    environment->options = options;
    environment->options.log_sink(model::careful_sink(options.log_sink()));
    environment->interceptors =
        model::make_interceptors(options.interceptors(), environment->options.log_sink());
    environment->orchestrations = orchestrations;
    environment->activities = activities;
    environment->store_works = store_works;
    environment->wake_times = wake_times;
    environment->overdue_turns = detail::StoreAccess::impl(store).overdue_turns;
    environment->metrics = detail::StoreAccess::impl(store).metrics;
    if (environment->metrics != nullptr) {
      environment->activities.measure_by(*environment->metrics);
    }
    environment->client = client;
    return environment;
  }

  /// For the activities.
  [[nodiscard]] Client make_client() const {
    Client made(store);
    for (const auto& interceptor : options.interceptors()) {
      made = made.with_interceptor(interceptor);
    }
    return made;
  }

  void log(LogLevel level, std::string message) const {
    LogRecord line;
    line.level = level;
    line.message = std::move(message);
    if (options.log_sink() && !model::is_in_log_sink()) {
      model::careful_sink(options.log_sink())(line);
    }
  }

  [[nodiscard]] RuntimeError refuse_to_block(std::string_view call, const char* place) const {
    RuntimeError error{RuntimeError::Kind::would_deadlock,
                       "`" + std::string(call) + "` was called from " + place +
                           ", on a thread of the engine's, and refused: it would wait for itself. "
                           "Call it from a thread of your own"};
    log(LogLevel::error, error.message);
    return error;
  }

  /// Forgets what cannot end in this process, as its threads are in the one that this was forked of.
  template <class T>
  static void leave(T what) {
    (void)new T(std::move(what));
  }

  /// Stops what runs. On a thread that is lent to user code another one does it, as this one may be
  /// what it waits for.
  void stop() {
    is_started = false;
    if (detail::StoreAccess::impl(store).process.is_foreign()) {
      leave(std::move(running));
      leave(std::move(beside));
      leave(std::move(registration));
      return;
    }
    registration.reset();
    if (!running) {
      client.reset();
      return;
    }
    const auto rest =
        std::make_shared<std::function<void()>>([store = store, started_beside = std::move(beside),
                                                 actors = std::shared_ptr(std::move(running)),
                                                 sink = model::careful_sink(options.log_sink()),
                                                 of_activities = std::move(client)]() mutable {
          started_beside.clear();
          actors.reset();
          LogRecord line;
          line.message = "the runtime has stopped";
          sink(line);
          of_activities.reset();  // not before: what was still running may have used it
        });
    const char* place = model::LentThread::lent_to();
    if (place != nullptr && !actors::is_deterministic(provider_of(store).home_system())) {
      log(LogLevel::warn, std::string("the runtime was stopped from ") + place +
                              ", on a thread of the engine's, so another thread stops it, and "
                              "nobody waits for that. Stop it from a thread of your own");
      try {
        std::thread([rest] { (*rest)(); }).detach();
        return;
      } catch (const std::system_error&) {
        log(LogLevel::warn, "no thread can be had for that, so it is stopped here after all");
      }
    }
    (*rest)();
  }

  /// Tells the store which orchestrations this runtime knows, and who is to be asked about starts.
  void announce_registrations() {
    registration = detail::StoreAccess::impl(store).registrations.add(
        [this](const std::string& name,
               const std::optional<std::string>& version) -> std::optional<std::string> {
          const auto found = orchestrations.resolve(name, version);
          if (found) {
            return std::nullopt;
          }
          return found.error().what + " is not registered; " + found.error().registered;
        },
        options.interceptors());
  }

  /// What the options want of management.
  [[nodiscard]] Result<void, RuntimeError> prepare_management() const {
    if (!store.has_management() &&
        (options.start_paused() || options.retention().deletes_anything())) {
      return failure(RuntimeError{RuntimeError::Kind::invalid_options,
                                  "start_paused and retention need a store with management, and "
                                  "this one offers none"});
    }
    if (options.start_paused()) {
      if (auto paused = ManagementClient(store).pause(PauseScope::of_store()); !paused) {
        return failure(RuntimeError{RuntimeError::Kind::storage_error,
                                    "the store cannot be paused: " + paused.error().message});
      }
    }
    return {};
  }

  Store store;  // last to go: the actors need it
  RuntimeOptions options;
  runtime::OrchestrationRegistry orchestrations;
  runtime::ActivityRegistry activities;
  std::vector<std::string> mistakes;
  std::shared_ptr<std::atomic<bool>> store_works = std::make_shared<std::atomic<bool>>(true);
  std::shared_ptr<runtime::WakeTimes> wake_times = std::make_shared<runtime::WakeTimes>();
  std::atomic<bool> is_started{false};
  std::shared_ptr<const Client> client;  ///< of the activities, while the runtime runs
  std::unique_ptr<runtime::Running> running;
  std::shared_ptr<void> registration;
  std::vector<std::shared_ptr<void>> beside;  ///< what the layers above run as long as this runs
};

Runtime::Runtime(Store store, RuntimeOptions options)
    : impl_(std::make_unique<Impl>(std::move(store), std::move(options))) {}

Runtime::Runtime(Runtime&&) noexcept = default;

Runtime& Runtime::operator=(Runtime&& other) noexcept {
  if (this != &other) {
    if (impl_) {
      stop();
    }
    impl_ = std::move(other.impl_);
  }
  return *this;
}

Runtime::~Runtime() {
  if (impl_) {
    stop();
  }
}

Runtime& Runtime::add_orchestration(std::string name, std::string version,
                                    OrchestrationHandler handler) {
  impl_->note_mistake(impl_->is_started
                          ? model::flaw("orchestration " + name + " is registered after the start")
                          : impl_->orchestrations.add(name, version, std::move(handler)));
  return *this;
}

Runtime& Runtime::set_version_policy(std::string name, VersionPolicy policy) {
  impl_->note_mistake(
      impl_->is_started
          ? model::flaw("the version policy of orchestration " + name + " is set after the start")
          : impl_->orchestrations.set_policy(name, std::move(policy)));
  return *this;
}

Runtime& Runtime::add_activity(std::string name, ActivityHandler handler, ActivityKind kind,
                               bool is_coroutine) {
  if (is_coroutine != (kind == ActivityKind::coroutine)) {
    impl_->note_mistake(model::flaw(
        is_coroutine
            ? "activity " + name +
                  " is a coroutine (it returns an ActivityTask), so it can only be "
                  "registered as ActivityKind::coroutine, which it is if no kind is named"
            : "activity " + name +
                  " is registered as ActivityKind::coroutine and is none: it would hold up "
                  "others. Let it return an ActivityTask, or name another kind"));
    return *this;
  }
  impl_->note_mistake(impl_->is_started
                          ? model::flaw("activity " + name + " is registered after the start")
                          : impl_->activities.add(name, std::move(handler), kind));
  return *this;
}

Result<void, RuntimeError> Runtime::start() {
  if (const char* place = model::LentThread::lent_to()) {
    return failure(impl_->refuse_to_block("start", place));
  }
  if (detail::StoreAccess::impl(impl_->store).process.is_foreign()) {
    return failure(RuntimeError{RuntimeError::Kind::storage_error, model::foreign_process_message});
  }
  if (impl_->is_started) {
    return failure(RuntimeError{RuntimeError::Kind::dispatcher_error, "the runtime runs already"});
  }
  if (auto checked = impl_->check_registrations(); !checked) {
    return checked;
  }
  if (auto checked = runtime::check_options(impl_->options); !checked) {
    return checked;
  }
  const ProviderActor& provider = provider_of(impl_->store);
  if (impl_->store.is_read_only()) {
    return failure(RuntimeError{
        RuntimeError::Kind::storage_error,
        "the store was opened for reading only; open it with `LmdbProvider::open` to run on it"});
  }
  if (impl_->store.is_closed()) {
    return failure(RuntimeError{RuntimeError::Kind::storage_error,
                                "the store was closed with `Store::close`; open it again, and make "
                                "a new runtime"});
  }
  if (detail::StoreAccess::impl(impl_->store).is_remote) {
    return failure(RuntimeError{RuntimeError::Kind::storage_error,
                                "a remote store only controls; open the store with "
                                "`LmdbProvider::open`, in one process, to "
                                "run on it"});
  }
  if (actors::has_ended(provider)) {
    return failure(RuntimeError{RuntimeError::Kind::storage_error, "the store is closed"});
  }
  if (auto ready = impl_->prepare_management(); !ready) {
    return ready;
  }
  impl_->store_works->store(true);
  impl_->client = std::make_shared<const Client>(impl_->make_client());
  try {
    impl_->running =
        std::make_unique<runtime::Running>(provider.home_system(), impl_->make_environment());
  } catch (const std::exception& error) {
    impl_->client.reset();
    return failure(RuntimeError{RuntimeError::Kind::dispatcher_error,
                                std::string("cannot start the workers: ") + error.what()});
  }
  impl_->announce_registrations();
  if (impl_->options.control_socket() || impl_->options.http()) {
    runtime::BesideOptions beside;
    beside.control_socket = impl_->options.control_socket_mode();
    beside.http = impl_->options.http();
    beside.log = model::careful_sink(impl_->options.log_sink());
    impl_->beside = runtime::start_beside(impl_->store, beside);
  }
  impl_->is_started = true;
  impl_->log(LogLevel::info, "the runtime has started");
  return {};
}

void Runtime::stop() {
  impl_->stop();
}

bool Runtime::is_running() const {
  return impl_->is_started && *impl_->store_works;
}

runtime::OrchestrationRegistry& detail::RuntimeAccess::orchestrations(Runtime& runtime) {
  return runtime.impl_->orchestrations;
}

runtime::ActivityRegistry& detail::RuntimeAccess::activities(Runtime& runtime) {
  return runtime.impl_->activities;
}

std::optional<Timestamp> detail::RuntimeAccess::next_wake(const Runtime& runtime) {
  return runtime.impl_->wake_times->next();
}

Result<void, RuntimeError> detail::RuntimeAccess::check_registrations(const Runtime& runtime) {
  return runtime.impl_->check_registrations();
}

}  // namespace duroxide::DUROXIDE_ABI
