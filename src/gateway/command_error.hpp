#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/errors.hpp>

namespace duroxide::gateway {

/// Why a command was not carried out. Scripts see which it was: each has an exit code of its own.
struct CommandError {
  enum class Kind : std::uint8_t {
    failed,       ///< the store, or the engine, could not do it
    usage,        ///< the command or an argument of it makes no sense
    not_found,    ///< no such instance or execution
    store,        ///< the store cannot be opened
    refused,      ///< the instance's state forbids it: it exists already, still runs, has finished
    interrupted,  ///< told to stop; what is done is whole
  };

  CommandError() = default;
  CommandError(Kind its_kind, std::string its_message)
      : kind(its_kind), message(std::move(its_message)) {}
  /// What a client says is an answer of the command too.
  CommandError(ClientError error);  // NOLINT(google-explicit-constructor)

  Kind kind = Kind::failed;
  std::string message;

  bool operator==(const CommandError&) const = default;
};

[[nodiscard]] inline CommandError usage_error(std::string message) {
  return {CommandError::Kind::usage, std::move(message)};
}

/// The same as of the client; but once the arguments make sense, input that does not fit is refused for
/// the state of the instance.
[[nodiscard]] CommandError refused_by_state(ClientError error);

/// `failed`, `usage`, `not_found`, …
[[nodiscard]] std::string_view to_string(CommandError::Kind kind);
[[nodiscard]] std::optional<CommandError::Kind> command_error_kind(std::string_view text);

}  // namespace duroxide::gateway
