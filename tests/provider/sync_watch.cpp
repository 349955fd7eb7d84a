#include "provider/sync_watch.hpp"

#include <cerrno>
#include <mutex>
#include <set>
#include <string>
#include <system_error>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

struct Watched {
  std::mutex mutex;
  bool watching = false;
  int directories_fail = 0;
  std::set<std::string> paths;
};

Watched& watched() {
  static Watched instance;
  return instance;
}

}  // namespace

// Stands in for that of the C library in this whole program, the engine's library included.
extern "C" __attribute__((visibility("default"))) int fsync(int file) {
  {
    const std::lock_guard lock(watched().mutex);
    if (watched().watching) {
      std::error_code ignored;
      const auto path =
          std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), ignored);
      watched().paths.insert(path.string());
      if (watched().directories_fail != 0 && std::filesystem::is_directory(path, ignored)) {
        errno = watched().directories_fail;
        return -1;
      }
    }
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}

namespace duroxide::testing {

SyncWatch::SyncWatch() {
  const std::lock_guard lock(watched().mutex);
  watched().paths.clear();
  watched().watching = true;
}

SyncWatch::~SyncWatch() {
  const std::lock_guard lock(watched().mutex);
  watched().watching = false;
  watched().directories_fail = 0;
}

void SyncWatch::fail_directories(int code) {
  const std::lock_guard lock(watched().mutex);
  watched().directories_fail = code;
}

bool SyncWatch::saw(const std::filesystem::path& path) const {
  const std::lock_guard lock(watched().mutex);
  return watched().paths.count(path.string()) > 0;
}

}  // namespace duroxide::testing
