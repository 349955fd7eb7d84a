#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <duroxide/activity.hpp>
#include <duroxide/client.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/runtime.hpp>
#include <duroxide/store.hpp>
#include <duroxide/work_items.hpp>

#include "storage/kv.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

/// One process of a test, from the opening of its store to its crash: a runtime and a client in an actor
/// system without threads, where an actor handles a message when `step` says so.
class Process {
 public:
  struct Parts {
    std::shared_ptr<storage::KvStore> bytes;
    std::shared_ptr<Clock> clock;
    RuntimeOptions options;
    /// Registers what there is, before the runtime starts.
    std::function<void(Runtime&)> registrations;
  };

  /// Throws `TestError` if the runtime does not start.
  explicit Process(const Parts& parts);
  /// Whatever runs is gone, as after a crash. Before that, its connection to the disk is cut, or it is
  /// stopped. Clients that somebody has kept find it closed.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// One actor handles one message. False if there is none.
  bool step();
  [[nodiscard]] Client& client() { return *client_; }
  /// When the next activity that sleeps goes on.
  [[nodiscard]] std::optional<Timestamp> next_wake() const;
  /// For delayed messages, which go by a clock of the actor system.
  void pass_time(Milliseconds step);
  /// Ends an activity that has left its call open, in one of the next steps; nothing if nobody waits for it
  /// any more.
  void finish(const ActivityToken& activity, WorkItem completion);
  /// An orderly end: the runtime gives back what it has, and the store is closed.
  void stop();

 private:
  class Actors;

  std::shared_ptr<Actors> actors_;  ///< others have it as long as they have the store
  std::optional<Store> store_;
  std::optional<Runtime> runtime_;
  std::optional<Client> client_;
};

}  // namespace duroxide::DUROXIDE_ABI::testkit
