#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>

#include "load/ledger.hpp"
#include "load/sample.hpp"
#include "provider/engine_process.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::load {

/// How long, and with which defect.
struct SoakOptions {
  std::chrono::milliseconds time{10'000};
  std::size_t planted_leak = 0;  ///< bytes that each run of an orchestration's code leaves behind
};

/// What came of it.
struct SoakReport {
  std::vector<Sample> samples;        ///< after each round, when nothing was under way
  std::vector<std::string> problems;  ///< whatever was not as it should be
  std::string line;                   ///< what was done, for people
};

/// Everything that people do to a store, mixed, in rounds, on one store and in one process. After each
/// round all that was started has ended and is deleted, and nothing is in a queue: then what the
/// process and the store still hold is measured. Make it before anything that starts threads.
class Soak {
 public:
  explicit Soak(const SoakOptions& options);

  [[nodiscard]] SoakReport run();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  [[nodiscard]] RuntimeOptions runtime_options();
  void start_runtime();
  void play_round(std::size_t number);
  void play(std::size_t number, std::size_t player, SteadyTime end);
  void work_as_operator(SteadyTime end);
  void watch(SteadyTime end);
  void come_to_rest(std::size_t number);
  [[nodiscard]] bool is_at_rest(const ManagementClient& management);
  [[nodiscard]] Sample sample_at_rest();
  void check_copy();
  [[nodiscard]] std::filesystem::path store_path() const { return directory_.path() / "store"; }
  [[nodiscard]] std::filesystem::path copy_path() const { return directory_.path() / "copy"; }
  [[nodiscard]] std::string describe() const;

  SoakOptions options_;
  std::chrono::milliseconds round_time_;
  testing::TempDir directory_;
  Ledger ledger_;
  testing::OtherProcess outsider_;  // shares no thread and no store with us
  std::optional<Store> store_;
  std::optional<Runtime> runtime_;
  std::vector<Sample> samples_;
  Sample peak_;  ///< the most of each, while the load ran
};

}  // namespace duroxide::load
