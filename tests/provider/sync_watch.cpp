#include "provider/sync_watch.hpp"

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
      watched().paths.insert(
          std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), ignored).string());
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
}

bool SyncWatch::saw(const std::filesystem::path& path) const {
  const std::lock_guard lock(watched().mutex);
  return watched().paths.count(path.string()) > 0;
}

}  // namespace duroxide::testing
