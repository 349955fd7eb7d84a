#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/detail/turn_scheduler.hpp>

namespace duroxide::runtime {

class CoroutineRun;

/// The coroutine activities of one worker that wait for a time, and what each of them is to be told then.
/// It keeps them alive, as nobody else may. Of the worker's thread.
class Sleepers {
 public:
  struct Sleeper {
    std::shared_ptr<CoroutineRun> run;
    detail::Completion* completion = nullptr;
  };

  void add(Timestamp due, Sleeper sleeper);
  /// Without effect if it sleeps no longer.
  void remove(const CoroutineRun& run, const detail::Completion& completion) noexcept;

  [[nodiscard]] std::optional<Timestamp> next_due() const;
  /// Removes one whose time has come.
  [[nodiscard]] std::optional<Sleeper> take_due(Timestamp now);
  /// Removes one of this run, whatever its time.
  [[nodiscard]] std::optional<Sleeper> take_of(const CoroutineRun& run);

  /// Lets go of all of them. Those that nobody else keeps end here.
  void clear() noexcept;

 private:
  using Places = std::multimap<Timestamp, Sleeper>;

  /// A run is named too: where one coroutine's awaiter was, another's may be.
  using Key = std::pair<const CoroutineRun*, const detail::Completion*>;

  [[nodiscard]] Sleeper take_at(Places::iterator place);

  Places by_time_;
  std::map<Key, Places::iterator> places_;
};

}  // namespace duroxide::runtime
