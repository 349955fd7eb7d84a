#include "load/sample.hpp"

#include <malloc.h>

#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <system_error>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DUROXIDE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DUROXIDE_SANITIZED
#endif
#endif
#ifdef DUROXIDE_SANITIZED
/// Of the sanitizers' runtime. GCC 12 has it, and no header for it.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace duroxide::load {

std::uint64_t heap_bytes() {
#ifdef DUROXIDE_SANITIZED
  return __sanitizer_get_current_allocated_bytes();
#else
  const auto heap = ::mallinfo2();
  return heap.uordblks + heap.hblkhd;
#endif
}

std::uint64_t entries_of(const std::filesystem::path& directory) {
  const std::filesystem::directory_iterator entries(directory);
  return static_cast<std::uint64_t>(std::distance(begin(entries), end(entries)));
}

std::uint64_t size_of(const std::filesystem::path& directory) {
  std::uint64_t sum = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::error_code gone;  // the control socket has no size
    const auto size = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
    sum += gone ? 0 : size;
  }
  return sum;
}

Sample take_sample(const ManagementClient& management, const std::filesystem::path& store) {
  const auto metrics = management.get_system_metrics();
  if (!metrics) {
    throw std::runtime_error(metrics.error().to_string());
  }
  Sample sample;
  sample.heap = heap_bytes();
  sample.descriptors = entries_of("/proc/self/fd");
  sample.threads = entries_of("/proc/self/task");
  sample.store_bytes = metrics->store_bytes;
  sample.file_bytes = size_of(store);
  sample.readers = metrics->readers;
  sample.reader_age = static_cast<std::uint64_t>(metrics->oldest_reader_age.count());
  sample.queued = metrics->queues.orchestrator_queue + metrics->queues.worker_queue +
                  metrics->queues.timer_queue;
  sample.instances = metrics->total_instances;
  return sample;
}

}  // namespace duroxide::load
