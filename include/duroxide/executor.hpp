#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include <duroxide/detail/api.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Where callbacks and activities run, and coroutines of yours go on: a cheap handle, whose copies are
/// the same place. Safe to use from any thread.
class DUROXIDE_API Executor {
 public:
  using Task = std::function<void()>;
  using Post = std::function<void(Task)>;

  /// In place: on whatever thread brings the answer, which is one of the engine's, or on the caller's if
  /// the answer is there already. Costs no change of thread; the rules for callbacks of `Client` hold.
  Executor() = default;
  [[nodiscard]] static Executor in_place() { return {}; }

  /// Threads of its own, where tasks may block; 0 counts as 1. When the last copy is gone (each call
  /// that is not answered yet keeps one), what was posted is run, and the threads end. The last copy
  /// waits for that, except on one of these threads or in a callback on one of the engine's. In a process
  /// that was forked, which has none of these threads, tasks run in place. Throws `std::system_error` if
  /// they cannot be started.
  [[nodiscard]] static Executor pool(std::size_t threads);

  /// A function of yours that has a task run once, soon and elsewhere: `asio::post`, or a queue and an
  /// `eventfd` of an epoll loop. It is called on the engine's threads, several at a time, and must not
  /// block. If it throws, a callback is run in place, and the store's log says why; a callback that it
  /// drops is run by the destructor of the last copy of the client. An activity that it throws at or
  /// drops is posted again after a second.
  [[nodiscard]] static Executor posting(Post post);

  [[nodiscard]] bool is_in_place() const { return place_ == nullptr; }

  /// Runs `task` once: before this returns if it is in place, else elsewhere. Throws what the function
  /// of `posting` throws, and what a task throws in place. In a pool a task must not throw.
  void post(Task task) const;

 private:
  class Place;
  class Pool;
  class Posting;
  explicit Executor(std::shared_ptr<Place> place) : place_(std::move(place)) {}

  std::shared_ptr<Place> place_;
};

}  // namespace duroxide::DUROXIDE_ABI
