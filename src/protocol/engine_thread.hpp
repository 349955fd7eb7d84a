#pragma once

#include <cstdint>
#include <memory>
#include <thread>

#include <caf/execution_unit.hpp>

#include "protocol/engine_scheduler.hpp"
#include "protocol/watched_code.hpp"

namespace duroxide::DUROXIDE_ABI::actors {

/// One of those that take turns at being the engine thread. Its members are guarded by the scheduler's
/// lock.
class EngineScheduler::Thread final : public caf::execution_unit {
 public:
  /// Why a thread that runs a message does not have the queue.
  enum class Absence : std::uint8_t {
    none,   ///< it has it, or runs nothing
    held,   ///< by a message that lasts
    waits,  ///< for the disk
    aside,  ///< by what may take as long as it likes
  };

  explicit Thread(EngineScheduler& owner)
      : caf::execution_unit(&owner.system()), scheduler(owner) {}

  void exec_later(caf::resumable* job) override { scheduler.enqueue(job); }

  /// The one that is the calling thread; null if that is not a scheduler's.
  static thread_local Thread* current;

  EngineScheduler& scheduler;
  std::thread thread;
  std::shared_ptr<WatchedThread> watched = std::make_shared<WatchedThread>();
  std::uint64_t messages = 0;  ///< so many it has begun
  Absence absence = Absence::none;
  bool is_told = false;  ///< at this moment, by a thread made for it
  bool has_left = false;
};

}  // namespace duroxide::DUROXIDE_ABI::actors
