#pragma once

// Instances made at random, kept in a store by the code under test and in a plain list beside it,
// which answers every question by looking at all of them.

#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/instances.hpp"
#include "provider/tables.hpp"
#include "queries/management.hpp"

namespace duroxide::testing {

class Population {
 public:
  Population(std::shared_ptr<storage::KvStore> kv, std::uint32_t seed);

  // Each changes the store and the list alike.
  void create();
  void update();
  void remove();
  /// Pauses anew: perhaps the store, some orchestrations and some instances.
  void pause_at_random();
  /// A few of these, at random, in one commit.
  void change(int changes);
  /// The same, but the request is refused at its end.
  void change_and_undo(int changes);
  /// One commit of whatever `request` does.
  void change_with(const std::function<void()>& request);

  [[nodiscard]] InstanceFilter random_filter();
  /// What the filter must find, in order, limit and offset included.
  [[nodiscard]] std::vector<std::string> expected(const InstanceFilter& filter) const;
  /// The rows that the table `counters` must have.
  [[nodiscard]] std::map<std::string, std::uint64_t> expected_counters() const;
  [[nodiscard]] std::map<std::string, std::uint64_t> counters() const;

  [[nodiscard]] std::size_t pick(std::size_t below) { return random_() % below; }
  [[nodiscard]] bool chance(int percent) { return pick(100) < static_cast<std::size_t>(percent); }
  [[nodiscard]] storage::Management reads() const;

  std::map<storage::Number, storage::InstanceRecord> living;
  std::set<std::string> paused;  ///< keys of table `paused`
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<storage::WaitingReasons> reasons = std::make_shared<storage::WaitingReasons>();

 private:
  void change_once();
  [[nodiscard]] storage::Number pick_living();

  std::mt19937 random_;
  std::shared_ptr<storage::KvStore> kv_;
  storage::Batch batch_;
  storage::Instances instances_;
  storage::Number next_number_ = 3900;
  Timestamp now_ = from_milliseconds(1'700'000'000'000);
};

[[nodiscard]] std::vector<std::string> ids_of(const std::vector<InstanceSummary>& rows);

}  // namespace duroxide::testing
