#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "model/engine_threads.hpp"
#include "model/process_mark.hpp"
#include "protocol/engine_scheduler.hpp"
#include "protocol/enough_threads.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

/// The system that runs the current thread, if one of ours does.
thread_local const void* system_of_this_thread = nullptr;

/// Marks the threads of a system, so that neither it nor what waits is torn down by one of its own.
class MarkThreads final : public caf::thread_hook {
 public:
  explicit MarkThreads(const void* system) : system_(system) {}
  void init(caf::actor_system&) override {}
  void thread_started() override {
    system_of_this_thread = system_;
    model::mark_engine_thread(true);
  }
  void thread_terminates() override {
    system_of_this_thread = nullptr;
    model::mark_engine_thread(false);
  }

 private:
  const void* system_;
};

struct Config : caf::actor_system_config {
  Config() {
    actors::configure(*this);
    actors::EngineScheduler::configure(*this, {});
    add_thread_hook<MarkThreads>(this);
  }
};

class OwnSystem final : public detail::ActorSystemImpl {
 public:
  [[nodiscard]] caf::actor_system& get() override { return system_; }
  [[nodiscard]] bool runs_this_thread() const { return system_of_this_thread == &config_; }
  /// Whether its threads are in another process, of which this one was forked.
  [[nodiscard]] bool is_foreign() const { return process_.is_foreign(); }

 private:
  model::ProcessMark process_;
  Config config_;
  caf::actor_system system_{config_};
};

/// User code that has not come back by then is given up, and the system with it.
constexpr std::chrono::seconds longest_end{10};

void tell_of_what_stays() {
  LogRecord line;
  line.level = LogLevel::error;
  line.message = "an actor system did not end within " + std::to_string(longest_end.count()) +
                 " s: an activity or an orchestration has not returned. The system stays, with the "
                 "threads that they hold, until the process ends";
  stderr_log_sink(LogLevel::warn)(line);
}

/// Ending a system waits for its threads, so another thread does it. Nobody waits for that if the last
/// handle is dropped on one of these threads, or if user code never comes back.
void end_system(OwnSystem* system) {
  if (system->is_foreign()) {
    return;  // it cannot end here, so it stays
  }
  {
    const actors::SpawnsFromOutside until_now;  // else the system would wait for this thread to end
  }
  const bool waits = !system->runs_this_thread();
  std::future<void> is_done;
  std::thread ends;
  try {
    std::promise<void> done;
    is_done = done.get_future();
    ends = std::thread([system, done = std::move(done)]() mutable {
      delete system;
      done.set_value();
    });
  } catch (const std::exception&) {
    // No thread or no memory can be had. One of the system's would wait for itself, so the system stays,
    // and does nothing.
    if (waits) {
      delete system;
    }
    return;
  }
  if (!waits) {
    ends.detach();
  } else if (is_done.wait_for(longest_end) == std::future_status::ready) {
    ends.join();
  } else {
    tell_of_what_stays();
    ends.detach();
  }
}

/// Threads that wait until all of them are there, or the next could not be started.
class Trial {
 public:
  Trial() = default;
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial() {
    over_.set_value();
    for (std::thread& each : threads_) {
      each.join();
    }
  }

  void add() {
    threads_.emplace_back([is_over = is_over_] { is_over.wait(); });
  }

 private:
  std::promise<void> over_;
  std::shared_future<void> is_over_ = over_.get_future().share();
  std::vector<std::thread> threads_;
};

class LentSystem final : public detail::ActorSystemImpl {
 public:
  explicit LentSystem(caf::actor_system& system) : system_(system) {}
  [[nodiscard]] caf::actor_system& get() override { return system_; }

 private:
  caf::actor_system& system_;
};

}  // namespace

}  // namespace duroxide::DUROXIDE_ABI

namespace duroxide::storage {

void require_threads(std::size_t count) {
  Trial trial;
  for (std::size_t i = 0; i < count; ++i) {
    try {
      trial.add();
    } catch (const std::system_error& failed) {
      throw std::system_error(failed.code(),
                              "only " + std::to_string(i) + " of " + std::to_string(count) +
                                  " threads can be started; raise the limit of processes and "
                                  "threads (`ulimit -u`, the control group's `pids.max`)");
    }
  }
}

void require_threads(caf::actor_system& system, std::size_t count) {
  if (!actors::is_deterministic(system)) {
    require_threads(count);
  }
}

}  // namespace duroxide::storage

namespace duroxide::DUROXIDE_ABI {

ActorSystem ActorSystem::create() {
  const actors::SpawnsFromOutside outside;
  storage::require_threads(actors::EngineScheduler::thread_count);
  return ActorSystem(std::shared_ptr<detail::ActorSystemImpl>(
      std::shared_ptr<OwnSystem>(new OwnSystem, end_system)));
}

ActorSystem use_actor_system(caf::actor_system& system) {
  return detail::StoreAccess::make_system(std::make_shared<LentSystem>(system));
}

caf::actor_system& actor_system_of(const ActorSystem& system) {
  return detail::StoreAccess::system(system);
}

}  // namespace duroxide::DUROXIDE_ABI
