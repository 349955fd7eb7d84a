#include "gateway/private_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "gateway/command_error.hpp"
#include "storage/private_files.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::gateway {

namespace {

/// Open and empty.
model::FileDescriptor open_to_replace(const std::filesystem::path& path) {
  auto file = storage::open_file(path, O_RDWR);
  if (!file.is_open()) {
    file = storage::make_file(path);
  }
  if (!file.is_open() || ::ftruncate(file.get(), 0) != 0) {
    throw CommandFailure(CommandError::Kind::failed, "`" + path.string() + "` cannot be written");
  }
  return file;
}

}  // namespace

std::string write_private_file(const std::filesystem::path& path, std::string_view content) try {
  const auto file = open_to_replace(path);
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      throw CommandFailure(
          CommandError::Kind::failed,
          "`" + path.string() + "` cannot be written: " + std::generic_category().message(errno));
    }
    content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  const auto [found, command] = storage::exposure_of(path, "600");
  return found.empty() ? std::string()
                       : "other users of this machine can get at " + found +
                             "; to keep it to its owner: " + command;
} catch (const storage::StorageFailure& failed) {
  throw CommandFailure(CommandError::Kind::failed, failed.error().message);
}

}  // namespace duroxide::gateway
