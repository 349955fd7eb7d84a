#include "cli/target.hpp"

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include <poll.h>

#include <duroxide/lmdb_provider.hpp>

#include "cli/message.hpp"
#include "gateway/commands.hpp"
#include "gateway/json_types.hpp"

namespace duroxide::cli {

namespace {

using gateway::CommandError;
using Answer = Result<nlohmann::json, CommandError>;

/// A sink in the same process.
class LocalSink final : public gateway::Sink {
 public:
  LocalSink(const gateway::AnswerHandlers& handlers, int stop) : handlers_(handlers), stop_(stop) {}

  bool item(const nlohmann::json& value) override { return goes_on() && handlers_.on_item(value); }
  bool progress(const Progress& progress) override {
    return goes_on() && handlers_.on_progress(gateway::json_of(progress));
  }
  bool wait_until_readable(int file) override {
    std::array<pollfd, 2> entries{{{stop_, POLLIN, 0}, {file, POLLIN, 0}}};
    while (true) {
      const int ready = ::poll(entries.data(), entries.size(), -1);
      if (ready > 0) {
        return entries[0].revents == 0;
      }
    }
  }

 private:
  [[nodiscard]] bool goes_on() const {
    pollfd entry{stop_, POLLIN, 0};
    return ::poll(&entry, 1, 0) <= 0;
  }

  const gateway::AnswerHandlers& handlers_;
  int stop_;
};

/// How long a store that has an owner without a socket is asked again.
constexpr auto longest_wait = std::chrono::seconds(1);

/// Asks the engine; nothing if none answers.
std::optional<Answer> ask_engine(const std::filesystem::path& directory,
                                 const gateway::Request& request,
                                 const gateway::AnswerHandlers& handlers, int stop) {
  auto client = gateway::SocketClient::connect(directory, stop);
  if (!client) {
    return Answer(failure(std::move(client).error()));
  }
  if (!*client) {
    return std::nullopt;
  }
  return (*client)->run(request, handlers);
}

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

bool has_store(const std::filesystem::path& directory) {
  std::error_code ignored;
  return std::filesystem::exists(directory / "data.mdb", ignored) || ignored;
}

}  // namespace

Result<nlohmann::json, CommandError> carry_out(const std::filesystem::path& directory,
                                               const gateway::Request& request,
                                               const gateway::AnswerHandlers& handlers, int stop) {
  const gateway::Command* command = gateway::find_command(request.command);
  const bool changes = command != nullptr && command->changes;
  const auto options = LmdbOptions().log_sink([](const LogRecord& record) {
    if (record.level >= LogLevel::warn) {
      say({record.message, "store"});
    }
  });
  // An engine that has just taken the store offers its socket a moment later, and another command
  // that has the store to itself is soon done.
  const auto last_try = std::chrono::steady_clock::now() + longest_wait;
  while (true) {
    if (auto answer = ask_engine(directory, request, handlers, stop)) {
      return std::move(*answer);
    }
    if (!has_store(directory)) {
      return failure(CommandError{CommandError::Kind::store,
                                  "there is no store in `" + directory.string() +
                                      "`; name its directory with --store or DUROXIDE_STORE"});
    }
    const bool is_last = std::chrono::steady_clock::now() >= last_try;
    // One at a time: a store is open once in a process, and `ui` carries out several commands at once.
    static std::mutex opening;
    std::unique_lock lock(opening, std::defer_lock);
    if (!take(lock, stop)) {
      return failure(CommandError{CommandError::Kind::interrupted, "interrupted"});
    }
    const auto store = changes ? LmdbProvider::open(directory, options)
                               : LmdbProvider::open_read_only(directory, options);
    if (store) {
      LocalSink sink(handlers, stop);
      return gateway::run_command(gateway::StoreInUse(*store, false), request.command,
                                  request.arguments, sink);
    }
    if (store.error().kind != ProviderError::Kind::in_use || is_last) {
      return failure(store_error(store.error(), changes));
    }
    lock.unlock();
    if (!wait_a_little(stop)) {
      return failure(CommandError{CommandError::Kind::interrupted, "interrupted"});
    }
  }
}

}  // namespace duroxide::cli
