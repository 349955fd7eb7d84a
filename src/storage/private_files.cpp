#include "storage/private_files.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>

namespace duroxide::storage {

namespace fs = std::filesystem;

namespace {

using Kind = ProviderError::Kind;

constexpr mode_t for_others = 077;
constexpr int safely = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

/// As one word of a shell.
std::string shell_word(const fs::path& path) {
  std::string word = "'";
  for (const char c : path.string()) {
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return word + "'";
}

fs::path directory_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

std::string user(uid_t id) {
  return "user " + std::to_string(id);
}

[[noreturn]] void refuse_link(const fs::path& path) {
  throw StorageFailure(Kind::permission_denied,
                       quoted(path) +
                           " is a link, which is not followed: whoever put it there could "
                           "choose the file; put the file itself there");
}

void require_usable(const struct stat& info, const fs::path& path, Use use) {
  if (S_ISLNK(info.st_mode)) {
    refuse_link(path);
  }
  if (!S_ISREG(info.st_mode)) {
    throw StorageFailure(Kind::foreign_store, quoted(path) + " is not a file");
  }
  require_owner(info, path, use);
  if (use == Use::write && info.st_nlink > 1) {
    throw StorageFailure(Kind::permission_denied,
                         quoted(path) +
                             " is a file with a second name (a hard link), which would "
                             "change as well; put a copy of its own there");
  }
}

void give_to_owner(int file, const fs::path& path) {
  struct stat directory {};
  if (::geteuid() == 0 && ::stat(directory_of(path).c_str(), &directory) == 0 &&
      directory.st_uid != 0) {
    (void)!::fchown(file, directory.st_uid, directory.st_gid);
  }
}

std::string mode_text(mode_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode) & 07777U);
  return text.data();
}

}  // namespace

std::string quoted(const fs::path& path) {
  return "`" + path.string() + "`";
}

void require_owner(const struct stat& info, const fs::path& path, Use use) {
  const uid_t self = ::geteuid();
  if (info.st_uid == self || info.st_uid == 0) {
    return;
  }
  struct stat directory {};
  const bool may_be_theirs = self == 0 || use == Use::read;
  if (may_be_theirs && ::stat(directory_of(path).c_str(), &directory) == 0 &&
      directory.st_uid == info.st_uid) {
    return;
  }
  throw StorageFailure(Kind::permission_denied,
                       quoted(path) + " belongs to " + user(info.st_uid) + " and this process to " +
                           user(self) +
                           "; run it as the owner of the store, or have root `chown` "
                           "the file");
}

void require_directory(const fs::path& directory) {
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0) {
    throw system_failure(errno, "looking at " + quoted(directory));
  }
  if (S_ISLNK(info.st_mode)) {
    std::error_code ignored;
    const auto target = fs::weakly_canonical(directory, ignored);
    throw StorageFailure(Kind::permission_denied,
                         quoted(directory) +
                             " is a link, which is not followed: whoever put it there could choose "
                             "the store; name the directory itself, " +
                             quoted(target) + ", or write a `/` after the link if it is yours");
  }
  if (!S_ISDIR(info.st_mode)) {
    throw system_failure(ENOTDIR, quoted(directory));
  }
}

bool require_file(const fs::path& path, Use use) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      return false;
    }
    throw system_failure(errno, "looking at " + quoted(path));
  }
  require_usable(info, path, use);
  return true;
}

model::FileDescriptor open_file(const fs::path& path, int access) {
  model::FileDescriptor file(::open(path.c_str(), access | safely));
  const int code = errno;
  struct stat info {};
  if (!file.is_open()) {
    if (code == ENOENT) {
      return file;
    }
    if (::lstat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
      require_usable(info, path, Use::read);  // says what it is
    }
    throw system_failure(code, "opening " + quoted(path));
  }
  if (::fstat(file.get(), &info) != 0) {
    throw system_failure(errno, "looking at " + quoted(path));
  }
  require_usable(info, path, access == O_RDONLY ? Use::read : Use::write);
  return file;
}

model::FileDescriptor make_file(const fs::path& path) {
  constexpr mode_t owner_only = 0600;
  model::FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | safely, owner_only));
  if (file.is_open()) {
    give_to_owner(file.get(), path);
  } else if (errno != EEXIST) {
    throw system_failure(errno, "making " + quoted(path));
  }
  return file;
}

bool is_at(const fs::path& path, int file) {
  struct stat open {};
  struct stat named {};
  return ::fstat(file, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

Exposure exposure_of(const fs::path& path, const char* mode) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || (info.st_mode & for_others) == 0) {
    return {};
  }
  return {quoted(path) + " (mode " + mode_text(info.st_mode) + ")",
          std::string("chmod ") + mode + " " + shell_word(path)};
}

}  // namespace duroxide::storage
