#include "gateway/socket_client.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "gateway/socket_path.hpp"
#include "storage/private_files.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::gateway {

namespace {

using Outcome = LineSocket::Outcome;

/// Far above what an engine sends in one line.
constexpr std::size_t longest_line = std::size_t{4} << 30;

CommandError of_outcome(Outcome outcome) {
  if (outcome == Outcome::stopped) {
    return {CommandError::Kind::interrupted, "interrupted"};
  }
  return {CommandError::Kind::failed, "the engine went away before it had answered"};
}

/// What stands in the place of the socket may have been put there to be talked to instead of an
/// engine. No error if there is none.
Result<void, CommandError> check_socket(const SocketPath& path, const std::filesystem::path& file) {
  struct stat info {};
  if (::fstatat(path.directory(), file.filename().c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return {};  // connecting says why
  }
  if (!S_ISSOCK(info.st_mode)) {
    return failure(CommandError{CommandError::Kind::store,
                                "`" + file.string() + "` is not an engine's socket but " +
                                    (S_ISLNK(info.st_mode) ? "a link" : "something else") +
                                    "; remove it, and an engine will make its own"});
  }
  try {
    storage::require_owner(info, file, storage::Use::read);
  } catch (const storage::StorageFailure& failed) {
    return failure(CommandError{CommandError::Kind::store, failed.error().message});
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<SocketClient>, CommandError> SocketClient::connect(
    const std::filesystem::path& directory, int stop) {
  const SocketPath path(directory);
  if (!path.is_open()) {
    return nullptr;  // opening the store says what is wrong with it
  }
  if (auto checked = check_socket(path, directory / socket_file_name); !checked) {
    return failure(std::move(checked).error());
  }
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* address = reinterpret_cast<const sockaddr*>(&path.address());
  const int code = ::connect(socket.get(), address, sizeof(path.address())) == 0 ? 0 : errno;
  if (code == EINTR) {
    return failure(of_outcome(Outcome::stopped));  // all places were taken, and nobody waits longer
  }
  if (code == ENOENT || code == ECONNREFUSED || code == ENOTSOCK) {
    return nullptr;  // never made, or left behind by an engine that was killed
  }
  if (code != 0) {
    return failure(
        CommandError{CommandError::Kind::store, "cannot reach the engine at `" +
                                                    (directory / socket_file_name).string() +
                                                    "`: " + std::generic_category().message(code)});
  }
  return std::unique_ptr<SocketClient>(new SocketClient(std::move(socket), stop));
}

Result<nlohmann::json, CommandError> SocketClient::run(const Request& request,
                                                       const AnswerHandlers& handlers) {
  // An engine that refuses a request early may not read all of it, but says why.
  const Outcome sent = socket_.write_line(encode_request(request), std::nullopt);
  if (sent == Outcome::stopped) {
    return failure(of_outcome(sent));
  }
  std::string line;
  while (true) {
    const Outcome outcome = socket_.read_line(line, longest_line, std::nullopt);
    if (outcome != Outcome::done) {
      return failure(of_outcome(outcome));
    }
    auto answer = decode_answer(line);
    if (!answer) {
      return failure(std::move(answer).error());
    }
    bool go_on = true;
    if (auto* result = std::get_if<ResultLine>(&*answer)) {
      return std::move(result->value);
    }
    if (auto* error = std::get_if<CommandError>(&*answer)) {
      return failure(std::move(*error));
    }
    if (const auto* item = std::get_if<Item>(&*answer)) {
      go_on = handlers.on_item(item->value);
    } else if (const auto* progress = std::get_if<ProgressLine>(&*answer)) {
      go_on = handlers.on_progress(progress->value);
    }
    if (!go_on) {
      return failure(of_outcome(Outcome::stopped));
    }
  }
}

}  // namespace duroxide::gateway
