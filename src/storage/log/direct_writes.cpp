#include "storage/log/direct_writes.hpp"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

#include "storage/disk_calls.hpp"

namespace duroxide::storage {

namespace {

/// Of a page, and of the largest sector there is.
constexpr std::size_t alignment = 4096;

}  // namespace

DirectWrites::End DirectWrites::write(int file, std::uint64_t offset, std::string_view bytes) {
  if (bytes.size() > most_bytes || is_refused_) {
    pause(file);
    return End::not_taken;
  }
  if (!memory_) {
    memory_.reset(static_cast<char*>(std::aligned_alloc(alignment, most_bytes)));
    if (!memory_) {
      pause(file);
      return End::not_taken;
    }
  }
  is_on_ = is_on_ || write_past_cache(file, true);
  is_refused_ = !is_on_;
  std::copy(bytes.begin(), bytes.end(), memory_.get());
  while (!is_refused_) {
    const auto written = ::pwrite(file, memory_.get(), bytes.size(), static_cast<off_t>(offset));
    if (written >= 0 && static_cast<std::size_t>(written) == bytes.size()) {
      return End::written;
    }
    if (written >= 0) {
      break;  // whoever writes all of it through the cache learns why
    }
    is_refused_ = errno == EINVAL || errno == EOPNOTSUPP;
    if (!is_refused_ && errno != EINTR) {
      return End::failed;
    }
  }
  pause(file);
  return End::not_taken;
}

void DirectWrites::pause(int file) {
  if (is_on_) {
    is_on_ = !write_past_cache(file, false);
  }
}

}  // namespace duroxide::storage
