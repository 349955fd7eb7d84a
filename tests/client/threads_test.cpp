// What happens when the process can have no more threads: an error, never a crash or a hang, and the
// same call works once there are some.

#include <atomic>
#include <cerrno>
#include <limits>
#include <memory>

#include <dlfcn.h>
#include <pthread.h>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "support/temp_dir.hpp"

namespace {

constexpr int no_limit = std::numeric_limits<int>::max();
std::atomic<int> live_threads{0};
std::atomic<int> most_threads{no_limit};

struct ThreadStart {
  void* (*routine)(void*);
  void* argument;
};

void* run_thread(void* given) {
  const std::unique_ptr<ThreadStart> start(static_cast<ThreadStart*>(given));
  void* result = start->routine(start->argument);
  --live_threads;
  live_threads.notify_all();
  return result;
}

}  // namespace

/// Stands before that of the C library: a limit as the kernel keeps it, for this process alone.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*routine)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  if (++live_threads > most_threads) {
    --live_threads;
    return EAGAIN;
  }
  auto start = std::make_unique<ThreadStart>(ThreadStart{routine, argument});
  const int failed = create(thread, attributes, run_thread, start.get());
  if (failed != 0) {
    --live_threads;
  } else {
    (void)start.release();
  }
  return failed;
}

using namespace duroxide;
using duroxide::testing::TempDir;

namespace {

/// Until those that are ending have ended.
void wait_for_threads() {
  for (int now = live_threads; now != 0; now = live_threads) {
    live_threads.wait(now);
  }
}

RuntimeOptions two_workers() {
  return RuntimeOptions().worker_concurrency(2).log_sink([](const LogRecord&) {});
}

/// Does everything with at most so many threads. False if there were too few, which is told.
bool works_with(int threads, const std::filesystem::path& directory, bool in_memory) {
  most_threads = threads;
  auto store = in_memory ? MemoryProvider::open(MemoryOptions().log_sink({}))
                         : LmdbProvider::open(directory, LmdbOptions().log_sink({}));
  if (!store) {
    CHECK_THAT(store.error().message, Catch::Contains("threads can be started"));
    most_threads = no_limit;
    return false;
  }
  Runtime runtime{*store, two_workers()};
  runtime.register_activity("A", [] { return std::string("done"); });
  const auto started = runtime.start();
  most_threads = no_limit;
  if (!started) {
    CHECK(started.error().kind == RuntimeError::Kind::dispatcher_error);
    CHECK_THAT(started.error().message, Catch::Contains("threads can be started"));
    const auto again = runtime.start();
    CHECK(again);
    return false;
  }
  return true;
}

}  // namespace

TEST_CASE("threads: too few of them are an error, and more of them are enough", "[threads]") {
  const bool in_memory = GENERATE(true, false);
  const TempDir temp;
  int threads = 0;
  wait_for_threads();
  while (!works_with(threads, temp.path(), in_memory)) {
    wait_for_threads();
    REQUIRE(++threads < 100);
  }
  CHECK(threads > 3);  // or the limit was not felt
  wait_for_threads();
}

TEST_CASE("threads: management reads without one of its own", "[threads]") {
  wait_for_threads();
  {
    const auto store = MemoryProvider::open(MemoryOptions().log_sink({})).value();
    const ManagementClient management(store);
    most_threads = live_threads.load();
    CHECK(management.list_instances());
    CHECK(management.get_system_metrics());
    most_threads = no_limit;
  }
  wait_for_threads();
}
