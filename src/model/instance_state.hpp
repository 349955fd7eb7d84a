#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/events.hpp>

namespace duroxide::model {

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
  void set_value(const std::string& key, Payload value, Timestamp at, bool is_new);
  void clear_value(std::string_view key, bool is_new);
  void clear_values(bool is_new);
  void set_custom_status(std::optional<std::string> status, bool is_new);

  [[nodiscard]] std::uint64_t custom_status_version() const { return custom_status_version_; }

  /// The last new change of each key since this was asked before; none stands for cleared.
  [[nodiscard]] std::map<std::string, std::optional<StoredValue>> take_new_values();
  /// Whether the custom status was set anew since this was asked before.
  [[nodiscard]] bool take_status_is_new();

 private:
  Values values_;
  std::uint64_t value_changes_ = 0;
  std::optional<std::string> custom_status_;
  std::uint64_t custom_status_version_ = 0;

  std::map<std::string, std::optional<StoredValue>> new_values_;
  bool status_is_new_ = false;
};

}  // namespace duroxide::model
