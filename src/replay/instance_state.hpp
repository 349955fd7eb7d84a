#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/events.hpp>

#include "replay/execution.hpp"

namespace duroxide::replay {

/// What an instance shows to others while it runs: its custom status and its key-value state, as the
/// code has set them, and what of that is new in this turn.
class InstanceState {
 public:
  using Values = std::map<std::string, StoredValue, std::less<>>;

  /// As the execution before left it.
  void begin(const CarriedState& carried);
  void carry_on(CarriedState& carried) const;

  [[nodiscard]] const Values& values() const { return values_; }
  [[nodiscard]] const std::optional<std::string>& custom_status() const { return custom_status_; }

  /// `is_new` is false for what a replay repeats: the store knows it already.
  void set_value(const std::string& key, std::string value, Timestamp at, bool is_new);
  void clear_value(std::string_view key, bool is_new);
  void clear_values(bool is_new);
  void set_custom_status(std::optional<std::string> status, bool is_new);

  /// Moves what is new into the turn's result.
  void report(TurnResult& result);

 private:
  Values values_;
  std::uint64_t value_changes_ = 0;
  std::optional<std::string> custom_status_;
  std::uint64_t custom_status_version_ = 0;

  std::map<std::string, std::optional<StoredValue>> new_values_;
  bool status_is_new_ = false;
};

}  // namespace duroxide::replay
