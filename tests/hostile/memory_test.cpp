// Code that takes memory until there is none.

#include <fstream>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "child_process.hpp"
#include "neighbours.hpp"

namespace duroxide::memory_test {

using namespace duroxide::hostile;

namespace {

/// Until the allocator throws. All of it is given back then, as by any code that leaves its scope.
std::size_t take_all_memory() {
  std::vector<std::string> taken;
  while (true) {
    taken.emplace_back(std::size_t{16} << 20, 'x');
  }
}

Task<std::string> eats(OrchestrationContext context) {
  const std::string go = co_await context.schedule_activity("Echo", std::string("go"));
  co_return go + std::to_string(take_all_memory());
}

Task<std::string> calls_eater(OrchestrationContext context) {
  co_return co_await context.schedule_activity("Eat");
}

/// What this process has of addresses, with room for so much more.
bool limit_memory(std::size_t more) {
  std::ifstream sizes("/proc/self/statm");
  std::size_t pages = 0;
  sizes >> pages;
  const rlim_t bytes = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + more;
  const rlimit limit{bytes, bytes};
  return pages > 0 && ::setrlimit(RLIMIT_AS, &limit) == 0;
}

int program(const std::filesystem::path& directory) {
  const Store store = open_store(directory);
  Client client(store);
  Runtime runtime(store, quiet().control_socket(false));
  beside_good([](Runtime& r) {
    r.register_orchestration("Eats", eats)
        .register_orchestration("CallsEater", calls_eater)
        .register_activity("Eat", [] { return std::to_string(take_all_memory()); });
  })(runtime);
  if (!runtime.start() || !client.start_orchestration("neighbour", "Good") ||
      !limit_memory(std::size_t{256} << 20)) {
    return 1;
  }
  for (const char* name : {"Eats", "CallsEater"}) {
    if (!client.start_orchestration(name, name)) {
      return 2;
    }
    const auto status = client.wait_for_completion(name, 100s);
    if (!status || !status->is_failed() || !contains(status->error()->message, "bad_alloc")) {
      return 3;
    }
  }
  if (!client.raise_event("neighbour", "Go", std::string("day"))) {
    return 4;
  }
  const auto status = client.wait_for_completion("neighbour", 100s);
  if (!status || status->output() != "good day") {
    return 5;
  }
  return is_sound(store) ? 0 : 6;
}

}  // namespace

TEST_CASE("code that takes all memory fails, and gives it back", "[hostile][errors]") {
  const TempDir temp;
  const ProcessEnd end = in_process([&] { return program(temp.path()); });
  CHECK(end.signal == 0);
  CHECK(end.code == 0);
}

}  // namespace duroxide::memory_test
