#include "cli/opened_store.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include <poll.h>

#include <duroxide/lmdb_provider.hpp>

#include "cli/database.hpp"
#include "cli/message.hpp"

namespace duroxide::cli {

namespace {

namespace fs = std::filesystem;
using gateway::CommandError;

/// How long a store that has an owner without a socket is asked again.
constexpr auto longest_wait = std::chrono::seconds(1);

CommandError store_error(const ProviderError& error, bool to_change) {
  std::string message = error.message;
  // What keeps a command from changing a store for a while only is somebody who reads it.
  const bool is_read = to_change && error.retryable;
  if (error.kind == ProviderError::Kind::in_use && !is_read) {
    message +=
        "; it offers no control socket, so that it cannot be asked: end that process, or have its "
        "runtime run with `control_socket`";
  }
  return {CommandError::Kind::store, std::move(message)};
}

CommandError told_to_stop() {
  return {CommandError::Kind::interrupted, "interrupted"};
}

/// Waits a little. False if `stop` became readable.
bool wait_a_little(int stop) {
  constexpr int milliseconds = 20;
  pollfd entry{stop, POLLIN, 0};
  return ::poll(&entry, 1, milliseconds) <= 0;
}

/// Takes a lock that others may hold for long. False if `stop` became readable before.
bool take(std::unique_lock<std::mutex>& lock, int stop) {
  while (!lock.try_lock()) {
    if (!wait_a_little(stop)) {
      return false;
    }
  }
  return true;
}

bool has_store(const fs::path& directory) {
  std::error_code ignored;
  return fs::exists(directory / "data.mdb", ignored) || ignored;
}

/// A store is open once in a process, and `ui` carries out several commands at once.
std::mutex& turn_of(const fs::path& directory) {
  static std::mutex guard;
  static std::map<fs::path, std::mutex> turns;
  std::error_code ignored;
  const fs::path real = fs::weakly_canonical(directory, ignored);
  const std::lock_guard lock(guard);
  return turns[ignored ? directory : real];
}

Result<Store, ProviderError> open_directory(const fs::path& directory, Access access,
                                            const LogSink& log) {
  const auto options = LmdbOptions().log_sink(log);
  return access == Access::look ? LmdbProvider::open_read_only(directory, options)
                                : LmdbProvider::open(directory, options);
}

}  // namespace

bool is_there(const std::string& place) {
  return is_database(place) ? database_has_store(place) : has_store(place);
}

bool is_database(const std::string& place) {
  return place.starts_with("postgresql://") || place.starts_with("postgres://");
}

std::string shown(const std::string& place) {
  if (!is_database(place)) {
    return place;
  }
  std::string told = place.substr(0, place.find('?'));  // options may hold a password too
  const auto colon = told.find(':', told.find("://") + 3);
  const auto at = told.rfind('@');
  if (at != std::string::npos && colon < at) {
    told.erase(colon, at - colon);
  }
  return told;
}

Result<std::optional<OpenedStore>, CommandError> open_unless_answered(
    const std::string& place, Access access, int stop, const std::function<bool()>& has_answered) {
  const LogSink log = [](const LogRecord& record) {
    if (record.level >= LogLevel::warn) {
      say({record.message, "store"});
    }
  };
  if (is_database(place)) {
    return open_database(place, access, log).map([](Store store) {
      return std::optional(OpenedStore{{}, std::move(store), true});
    });
  }
  if (place.find("://") != std::string::npos) {
    return failure(gateway::usage_error("`" + place +
                                        "` is no address that this command knows; a database's "
                                        "begins with postgresql://"));
  }
  // An engine that has just taken the store offers its socket a moment later, and another command
  // that has the store to itself is soon done.
  const auto last_try = std::chrono::steady_clock::now() + longest_wait;
  while (true) {
    if (has_answered()) {
      return std::nullopt;
    }
    if (access != Access::create && !has_store(place)) {
      return failure(
          CommandError{CommandError::Kind::store,
                       "there is no store in `" + place +
                           "`; name the directory of one, or the address of a database"});
    }
    const bool is_last = std::chrono::steady_clock::now() >= last_try;
    std::unique_lock turn(turn_of(place), std::defer_lock);
    if (!take(turn, stop)) {
      return failure(told_to_stop());
    }
    auto store = open_directory(place, access, log);
    if (store) {
      return OpenedStore{std::move(turn), *std::move(store)};
    }
    if (store.error().kind != ProviderError::Kind::in_use || is_last) {
      return failure(store_error(store.error(), access != Access::look));
    }
    turn.unlock();
    if (!wait_a_little(stop)) {
      return failure(told_to_stop());
    }
  }
}

}  // namespace duroxide::cli
