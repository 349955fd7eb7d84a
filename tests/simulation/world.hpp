#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "property/random.hpp"
#include "simulation/process.hpp"

namespace duroxide::simulation {

/// In the ids of forks and of what was imported.
inline constexpr const char* copy_mark = "-copy";

/// Begins the data of an event that is raised once only.
inline constexpr const char* unique_mark = "once";

/// What is known outside the store of something that was started.
struct Known {
  const Part* part = nullptr;
  std::string instance;
  bool is_accepted = false;  ///< somebody was told that it is started
  bool may_be_gone = false;  ///< somebody has asked to delete it
  bool is_cut = false;       ///< parts of its histories may be gone: it was pruned or rewound, say
  bool may_run_again = false;      ///< somebody has asked to rewind it
  std::optional<std::string> end;  ///< the first that anybody was told
  bool has_ended = false;          ///< somebody was told so
};

/// An activity that has returned and is still open.
struct LateActivity {
  ActivityToken token;
  std::optional<std::string> failure;
  std::string result;
  bool hangs = false;  ///< until nothing is disturbed any more
  bool is_asked = false;
};

/// A machine on which one process after the other works on the same store, and all that is known
/// about it outside of that store.
class World {
 public:
  World(Plan plan, bool prints);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] Process& process() { return *process_; }
  [[nodiscard]] Client& client() { return process_->client(); }
  [[nodiscard]] ManagementClient& management() { return process_->management(); }

  /// One message; a store that has broken is opened again instead. False if there is nothing to do.
  bool step();
  void pass_time(Milliseconds step);
  /// Until nothing is left to do at this moment of the clock.
  void settle();
  /// The process dies once the message that is handled now is done with. Only so often in a run.
  void die();
  /// Kills the process and starts another.
  void crash();
  /// Ends a runtime, or all of the process, in order, and begins anew; once nothing is disturbed, each
  /// runtime.
  void restart(bool whole_process);
  /// Ends the process in order; there is none after that.
  void end();

  /// A callback for one call of a client: it must come once, and comes to nothing if the process has
  /// crashed meanwhile.
  template <class T>
  [[nodiscard]] std::function<void(T)> answer(std::function<void(const T&)> then) {
    ++open_calls_;
    return [this, process = number_, then = std::move(then),
            is_called = std::make_shared<bool>(false)](const T& value) {
      if (process != number_ || !is_alive_) {
        return;
      }
      if (std::exchange(*is_called, true)) {
        violation("a call was answered twice");
      }
      --open_calls_;
      then(value);
    };
  }
  /// Makes a call and runs until it is answered. None if that never comes.
  template <class T, class Start>
  [[nodiscard]] std::optional<T> ask(const Start& start) {
    auto value = std::make_shared<std::optional<T>>();
    start(answer<T>([value](const T& given) { value->emplace(given); }));
    run_until([&] { return value->has_value(); });
    return std::move(*value);
  }
  /// Runs, and lets time pass if nothing else is left. Gives up after a day.
  void run_until(const std::function<bool()>& done);

  /// Whether this code runs in a process that still exists.
  [[nodiscard]] bool is_current(std::uint64_t process) const {
    return is_alive_ && process == number_;
  }
  /// Whether the process is about to end: nobody makes another call.
  [[nodiscard]] bool is_ending() const { return is_ending_; }
  /// Something that must never happen.
  void violation(const std::string& what);
  void count(const char* what) { ++happened[what]; }
  /// Counts a call that has succeeded.
  template <class T>
  [[nodiscard]] std::function<void(T)> counted(const char* what) {
    return answer<T>([this, what](const T& answered) {
      if (answered) {
        count(what);
      }
    });
  }
  /// What somebody was told of an instance; `had_ended`: whether its end was known when they asked.
  void told(Known& known, const OrchestrationStatus& status, bool had_ended);
  [[nodiscard]] Known* find(const std::string& instance);
  /// By the name of one of its orchestrations.
  [[nodiscard]] const Part* part_of(const std::string& orchestration) const;

  Plan plan;
  property::Random random;
  Trace trace;
  Tables tables;
  bool is_disturbed = true;
  std::vector<std::unique_ptr<Known>> known;
  std::vector<std::unique_ptr<LateActivity>> late;
  /// How often each activity was begun: instance, execution, event.
  std::map<std::tuple<std::string, std::uint64_t, std::uint64_t>, std::uint32_t> begun;
  std::vector<std::string> violations;
  /// How often what happened, so that a test can tell that the disturbances do happen.
  std::map<std::string, std::uint64_t> happened;

 private:
  void listen();
  void told(const StatusChange& change);
  void begin_process();
  [[nodiscard]] Fate fate_of_commit();
  bool is_disk_full();

  Timestamp now_ = from_milliseconds(1'700'000'000'000);
  std::uint64_t number_ = 0;  ///< of the process
  bool is_alive_ = false;
  bool is_ending_ = false;
  bool is_dying_ = false;
  std::uint32_t deaths_ = 0;
  std::uint64_t open_calls_ = 0;
  std::unique_ptr<Process> process_;
};

/// The orchestrations and activities of all parts, for one process.
void register_all(World& world, std::uint64_t process, Runtime& runtime);

}  // namespace duroxide::simulation
