#include "gateway/private_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "storage/private_files.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::gateway {

namespace {

/// Open and empty; nothing if it cannot be written.
model::FileDescriptor open_to_replace(const std::filesystem::path& path) {
  auto file = storage::open_file(path, O_RDWR);
  if (!file.is_open()) {
    file = storage::make_file(path);
  }
  return file.is_open() && ::ftruncate(file.get(), 0) == 0 ? std::move(file)
                                                           : model::FileDescriptor();
}

/// False, with `errno`, if not all of it was written.
bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return true;
}

CommandError failed(std::string message) {
  return {CommandError::Kind::failed, std::move(message)};
}

}  // namespace

Result<std::optional<std::string>, CommandError> write_private_file(
    const std::filesystem::path& path, std::string_view content) try {
  const auto file = open_to_replace(path);
  if (!file.is_open()) {
    return failure(failed("`" + path.string() + "` cannot be written"));
  }
  if (!write_all(file.get(), content)) {
    const std::string reason = std::generic_category().message(errno);
    return failure(failed("`" + path.string() + "` cannot be written: " + reason));
  }
  const auto [found, command] = storage::exposure_of(path, "600");
  if (found.empty()) {
    return std::optional<std::string>();
  }
  return std::optional("other users of this machine can get at " + found +
                       "; to keep it to its owner: " + command);
} catch (const storage::StorageFailure& refused) {
  return failure(failed(refused.error().message));
}

}  // namespace duroxide::gateway
