#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <duroxide/clock.hpp>
#include <duroxide/result.hpp>

#include "gateway/command.hpp"

namespace duroxide::gateway {

/// Whose words a refusal uses.
enum class Wording : std::uint8_t {
  request,       ///< the names of arguments
  command_line,  ///< options
};

/// The arguments that a command was given. They came from anybody, and are as the command's entry says
/// by now: a handler asks for what its entry describes, by the type that stands there.
class Arguments {
 public:
  /// An argument that is null counts as not given. Errors: `usage`, for what is no object, for arguments
  /// that the command does not have, are not as they must be, or are missing, and what its `check` says.
  [[nodiscard]] static Result<Arguments, CommandError> read(const Command& command,
                                                            const nlohmann::json& values,
                                                            Wording wording = Wording::request);

  /// Whether it was given. What stands for it by default does not count.
  [[nodiscard]] bool has(std::string_view name) const;
  /// Of all types that are texts. Empty if there is none.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  /// False if it is not given.
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const;
  [[nodiscard]] std::vector<std::uint64_t> numbers(std::string_view name) const;
  /// Of one that is at most as large as that.
  [[nodiscard]] std::optional<std::uint32_t> small_number(std::string_view name) const;
  [[nodiscard]] std::optional<Timestamp> time(std::string_view name) const;
  [[nodiscard]] std::optional<Milliseconds> duration(std::string_view name) const;

 private:
  using Value = std::variant<bool, std::uint64_t, std::string, Timestamp, Milliseconds>;

  explicit Arguments(const Command& command) : command_(&command) {}

  static Result<Value, CommandError> read_value(const Argument& argument,
                                                const nlohmann::json& value, Wording wording);
  /// Checks and keeps one that was given.
  Result<void, CommandError> take(const Argument& argument, const nlohmann::json& value,
                                  Wording wording);
  Result<void, CommandError> check_presence(Wording wording) const;
  template <class T>
  std::optional<T> one(std::string_view name) const;
  template <class T>
  std::vector<T> many(std::string_view name) const;

  const Command* command_;
  std::map<std::string_view, std::vector<Value>> values_;  ///< one, unless it repeats
};

}  // namespace duroxide::gateway
