#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

#include "gateway/command_error.hpp"

namespace duroxide::cli {

/// What a store is opened for.
enum class Access : std::uint8_t {
  look,    ///< to be read only
  change,  ///< for whatever a command does; it must be there
  create,  ///< the same, and made if there is none
  alone,   ///< for whatever a command does, while nobody else has it open
};

/// A store that this process has opened. A directory is opened once at a time: whoever asks for it next
/// waits for this to end.
struct OpenedStore {
  std::unique_lock<std::mutex> turn;
  Store store;
  /// Whether runtimes of other processes may be at work on it, as on a database.
  bool is_shared = false;
};

/// Whether that is the address of a database and not a directory.
[[nodiscard]] bool is_database(const std::string& place);
/// Whether there is a store; true also if that cannot be told, as nobody answers.
[[nodiscard]] bool is_there(const std::string& place);
/// What people are shown of it: of an address no password.
[[nodiscard]] std::string shown(const std::string& place);

/// Opens the store in that directory, or at that address of a database. `has_answered` asks the engine that
/// may have the directory open, and says whether there is one: then nothing is opened. An engine that has
/// just begun, and another command that will soon be done, are waited for, for a second. Errors: `store`;
/// `usage` for an address of another kind; `interrupted`, once `stop` can be read.
[[nodiscard]] Result<std::optional<OpenedStore>, gateway::CommandError> open_unless_answered(
    const std::string& place, Access access, int stop, const std::function<bool()>& has_answered);

}  // namespace duroxide::cli
