#include <atomic>
#include <future>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "protocol/enough_threads.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide {

namespace {

/// The system that runs the current thread, if one of ours does.
thread_local const void* system_of_this_thread = nullptr;

/// Marks the threads of a system, so that it is not torn down by one of its own.
class MarkThreads final : public caf::thread_hook {
 public:
  explicit MarkThreads(const void* system) : system_(system) {}
  void init(caf::actor_system&) override {}
  void thread_started() override { system_of_this_thread = system_; }
  void thread_terminates() override { system_of_this_thread = nullptr; }

 private:
  const void* system_;
};

struct Config : caf::actor_system_config {
  Config() {
    actors::configure(*this);
    add_thread_hook<MarkThreads>(this);
  }
};

class OwnSystem final : public detail::ActorSystemImpl {
 public:
  [[nodiscard]] caf::actor_system& get() override { return system_; }
  [[nodiscard]] bool runs_this_thread() const { return system_of_this_thread == &config_; }

 private:
  Config config_;
  caf::actor_system system_{config_};
};

/// Ending a system waits for its threads. If the last handle is dropped on one of them, another
/// thread has to do it.
void end_system(OwnSystem* system) {
  if (!system->runs_this_thread()) {
    delete system;
    return;
  }
  try {
    std::thread([system] { delete system; }).detach();
  } catch (const std::system_error&) {
    // No thread can be had, and this one would wait for itself. It stays, and does nothing.
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

/// Those of the scheduler, that of its clock, and that of CAF's printer, which it always starts.
std::size_t threads_of_system() {
  return std::max(1U, std::thread::hardware_concurrency()) + 2;
}

class LentSystem final : public detail::ActorSystemImpl {
 public:
  explicit LentSystem(caf::actor_system& system) : system_(system) {}
  [[nodiscard]] caf::actor_system& get() override { return system_; }

 private:
  caf::actor_system& system_;
};

}  // namespace

void storage::require_threads(std::size_t count) {
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

void storage::require_threads(caf::actor_system& system, std::size_t count) {
  if (!actors::is_deterministic(system)) {
    require_threads(count);
  }
}

ActorSystem ActorSystem::create() {
  storage::require_threads(threads_of_system());
  return ActorSystem(std::shared_ptr<detail::ActorSystemImpl>(
      std::shared_ptr<OwnSystem>(new OwnSystem, end_system)));
}

ActorSystem use_actor_system(caf::actor_system& system) {
  return detail::StoreAccess::make_system(std::make_shared<LentSystem>(system));
}

caf::actor_system& actor_system_of(const ActorSystem& system) {
  return detail::StoreAccess::system(system);
}

}  // namespace duroxide
