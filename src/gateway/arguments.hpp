#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <duroxide/clock.hpp>

#include "gateway/command.hpp"

namespace duroxide::gateway {

/// The named arguments of a command, read with their types. They may come from anybody: what is not
/// as it must be throws `CommandFailure` with the name of the argument. An argument that is null
/// counts as not given.
class Arguments {
 public:
  /// Refuses what is no object, and arguments that the command does not have.
  Arguments(const nlohmann::json& values, const Command& command);

  /// A text, or `{"base64": "…"}` for bytes that are none.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  /// False if it is not given.
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> number(
      std::string_view name, std::uint64_t most = std::numeric_limits<std::uint64_t>::max(),
      std::uint64_t least = 0) const;
  [[nodiscard]] std::optional<std::uint32_t> small_number(std::string_view name,
                                                          std::uint64_t least = 0) const;
  [[nodiscard]] std::optional<Timestamp> time(std::string_view name) const;
  /// In milliseconds.
  [[nodiscard]] std::optional<Milliseconds> duration(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }

 private:
  /// Null if it is not given.
  [[nodiscard]] const nlohmann::json* find(std::string_view name) const;

  const nlohmann::json& values_;
};

}  // namespace duroxide::gateway
