#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <duroxide/management_actions.hpp>

namespace duroxide::gateway {

/// What copying the instances of a store has come to. Lists hold the first 1,000 of what they name.
struct CopyReport {
  std::uint64_t copied = 0;  ///< written, read again and found the same; in a dry run: missing
  std::uint64_t already_there = 0;  ///< found there, and the same
  std::uint64_t different = 0;      ///< there, but not the same; they are left as they are
  std::uint64_t running = 0;        ///< left out, as they run
  std::uint64_t refused = 0;        ///< damaged, or not taken by the other store
  std::vector<RefusedInstance> differences;
  std::vector<std::string> still_running;
  std::vector<RefusedInstance> refusals;
  bool is_dry = false;      ///< nothing was written
  bool has_paused = false;  ///< both stores are paused as a whole

  void note_different(const std::string& instance, std::string why);
  void note_running(const std::string& instance);
  void note_refused(const std::string& instance, std::string why);

  /// In a sentence, for whoever ends it early.
  [[nodiscard]] std::string so_far() const;
};

[[nodiscard]] nlohmann::json json_of(const CopyReport& report);

}  // namespace duroxide::gateway
