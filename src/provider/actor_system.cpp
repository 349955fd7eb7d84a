#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "provider/store_impl.hpp"

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
  std::unique_ptr<OwnSystem> owned(system);
  if (owned->runs_this_thread()) {
    std::thread([last = std::move(owned)]() mutable { last.reset(); }).detach();
  }
}

class LentSystem final : public detail::ActorSystemImpl {
 public:
  explicit LentSystem(caf::actor_system& system) : system_(system) {}
  [[nodiscard]] caf::actor_system& get() override { return system_; }

 private:
  caf::actor_system& system_;
};

}  // namespace

ActorSystem ActorSystem::create() {
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
