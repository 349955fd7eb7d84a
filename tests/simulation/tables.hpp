#pragma once

// The one place where the simulation touches what lies below a store: the bytes that a crash leaves.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/provider.hpp>

#include "storage/kv.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::simulation {

enum class Medium : std::uint8_t { memory, lmdb };

/// What becomes of one commit.
enum class Fate : std::uint8_t {
  done,
  fatal,       ///< nothing is written, and the store must be opened again
  fatal_done,  ///< written, but nobody knows: the store must be opened again
};

/// Defects of a store, for the proof that the simulation notices them.
enum class Defect : std::uint8_t {
  none,
  early_answers,  ///< a commit is called durable before it is: a crash loses the last ones
  kept_rows,      ///< once in a while the deletions of a commit are forgotten
  lost_rows,      ///< once in a while what a commit adds to one table is forgotten
};

/// The bytes of a store. They outlive the engines that work on them.
class Tables {
 public:
  /// `small_limits`: the store commits after few bytes, and drops few rows at a time.
  Tables(Medium medium, Defect defect, bool small_limits);
  ~Tables();
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  /// Opens the store; the one before must have been crashed or closed.
  [[nodiscard]] Store open(ActorSystem system, const std::shared_ptr<Clock>& clock, LogSink log);
  /// From now on nothing that the open store commits is written, and what was not durable is lost.
  void crash();
  /// Asked before each commit.
  std::function<Fate()> fate = [] { return Fate::done; };
  /// Asked whenever room for a commit is looked for.
  std::function<bool()> is_full = [] { return false; };
  /// Whether the open store must be opened again.
  [[nodiscard]] bool is_broken() const;

  /// What a crash of this moment would leave of the history; empty if it would leave nothing.
  [[nodiscard]] std::vector<Event> durable_history(const std::string& instance,
                                                   std::uint64_t execution) const;
  /// What is wrong with what a crash of this moment would leave; empty if nothing is.
  [[nodiscard]] std::string durable_problem() const;
  [[nodiscard]] std::uint64_t commits() const { return commits_; }

 private:
  class Gate;

  void write(storage::Changes&& changes);
  void open_bytes();

  Medium medium_;
  Defect defect_;
  bool small_limits_;
  std::optional<testing::TempDir> directory_;
  std::shared_ptr<storage::KvStore> bytes_;    ///< what the engine reads
  std::shared_ptr<storage::KvStore> durable_;  ///< what a crash leaves
  std::vector<storage::Changes> not_durable_;  ///< answered already; only of a store with a defect
  std::shared_ptr<Gate> gate_;
  std::uint64_t commits_ = 0;
};

}  // namespace duroxide::simulation
