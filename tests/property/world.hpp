#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "property/interpreter.hpp"
#include "property/program.hpp"
#include "property/random.hpp"
#include "replay/execution.hpp"

namespace duroxide::property {

/// What happens to executions between their turns, which must make no difference.
enum class Disturbance : std::uint8_t {
  none,       ///< each stays in memory from its start to its end
  always,     ///< each is rebuilt from its history for every turn
  at_random,  ///< evictions, turns whose commit failed, restarts of the whole
};

struct Turn {
  std::string instance;
  std::vector<WorkItem> messages;
  replay::TurnResult result;
  std::vector<std::string> logged;
};

struct Life {
  std::string orchestration;
  std::vector<std::vector<Event>> histories;  ///< by execution
};

/// Plays store, workers, timers and whoever sends events, for all instances of one program. What comes
/// when depends on the seed alone, as long as turns have the same results.
class World {
 public:
  World(const Program& program, std::uint64_t seed, Disturbance disturbance);

  /// Runs until everything has ended. Compares every turn with `expected` if that is given, and stops
  /// at the first that differs.
  void run(const std::vector<Turn>* expected);

  [[nodiscard]] const std::vector<Turn>& turns() const { return turns_; }
  [[nodiscard]] std::size_t turn_count() const { return turn_count_; }
  /// What went wrong; empty if nothing did.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const std::map<std::string, Life>& lives() const { return lives_; }
  /// An execution as the world makes them, to look at histories with.
  [[nodiscard]] std::unique_ptr<replay::Execution> make_execution(const std::string& instance,
                                                                  std::uint64_t execution_id);
  /// Turns the clock back to a turn that led to these events.
  void return_to(const std::vector<Event>& events);

 private:
  struct Instance {
    std::uint64_t execution_id = 1;
    std::optional<WorkItem> start;  ///< of the next execution, while that has not begun
    std::optional<ParentLink> parent;
    bool is_finished = false;
    std::unique_ptr<replay::Execution> execution;
    std::map<std::string, std::string> values;
  };
  struct Pending {
    std::string instance;
    std::optional<WorkItem> item;  ///< none: only see to its start
  };
  using When = std::pair<std::int64_t, std::uint64_t>;

  void post(WorkItem item, std::int64_t delay);
  bool create(const work::StartOrchestration& start);
  void plan_outside_messages();
  bool nudge();
  void turn(const std::string& id, const std::vector<WorkItem>& messages);
  void send(WorkItem item);
  void answer(const work::ActivityExecute& activity);
  void apply(const std::string& id, replay::TurnResult& result);
  void disturb();
  void evict_all();
  void problem(const std::string& what);
  [[nodiscard]] replay::TurnServices services();

  Random random_;
  Random disturbing_;
  Disturbance disturbance_;
  std::vector<std::shared_ptr<Environment>> environments_;
  std::map<std::string, Instance> instances_;
  std::map<std::string, Life> lives_;
  std::map<When, Pending> pending_;
  std::uint64_t next_order_ = 0;
  std::int64_t now_ = 1'000;
  std::uint64_t guids_ = 0;
  std::uint32_t nudges_ = 0;
  std::uint32_t events_sent_ = 0;
  std::uint64_t history_limit_ = 0;
  std::set<std::string> received_;
  std::vector<std::string> logged_;
  std::vector<Turn> turns_;
  std::size_t turn_count_ = 0;
  const std::vector<Turn>* expected_ = nullptr;
  std::string problem_;
};

/// Describes the first difference of two turns; empty if there is none.
[[nodiscard]] std::string difference(const Turn& expected, const Turn& actual);

}  // namespace duroxide::property
