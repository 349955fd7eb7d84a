// Very many starts at once, as fast as a client takes them: what each costs in memory while it waits
// does not grow with their number, and all of them end.
//
//   DUROXIDE_BURST_STARTS=300000 build/tests/load/load_tests "a burst*"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "load/numbers.hpp"
#include "load/orchestrations.hpp"
#include "load/sample.hpp"
#include "load/stories.hpp"
#include "property/from_environment.hpp"
#include "support/deterministic_system.hpp"
#include "support/temp_dir.hpp"
#include "support/tried.hpp"

namespace duroxide::burst_test {

using namespace duroxide::load;
using namespace std::chrono_literals;

namespace {

/// What one start may hold that waits for the store: its message to the companion and that to the
/// writer, the callback, the line in the book of open calls, and the batch that it becomes part of.
constexpr double most_bytes_of_a_start = 4'096;

/// And of that, what it holds as long as the client has not even asked the store: arguments and callback.
constexpr double most_bytes_of_a_pending_start = 640;

constexpr std::uint64_t watched = 1'000;  ///< the heap is looked at once for so many starts
constexpr auto longest_wait = 15min;      ///< only against a test that would hang for ever

/// What the callbacks have said.
struct Answers {
  std::atomic<std::uint64_t> good{0};
  std::atomic<std::uint64_t> all{0};

  void take(bool is_good) {
    good += is_good ? 1 : 0;
    ++all;
    all.notify_all();
  }
};

std::string id_of(std::uint64_t number) {
  return "burst-" + std::to_string(number);
}

void start(Client& client, std::uint64_t number, const std::shared_ptr<Answers>& answers) {
  client.start_orchestration(
      id_of(number), "Chain", 0, StartOptions(),
      [answers](const Client::Started& started) { answers->take(started.has_value()); });
}

/// Bytes that each of so many starts holds when none has been answered yet.
double bytes_of_waiting(std::uint64_t count) {
  test::DeterministicSystem system;
  const auto store =
      must(MemoryProvider::open(MemoryOptions().actor_system(system.handle())), "open");
  Client client(store);
  const auto answers = std::make_shared<Answers>();
  start(client, count, answers);
  system.run();
  const std::uint64_t before = heap_bytes();
  for (std::uint64_t i = 0; i < count; ++i) {
    start(client, i, answers);
  }
  const std::uint64_t after = heap_bytes();
  REQUIRE(answers->all == 1);
  system.run();
  CHECK(answers->good == count + 1);
  return static_cast<double>(after - before) / static_cast<double>(count);
}

}  // namespace

TEST_CASE("what a start holds until it is answered does not depend on how many wait",
          "[load][starts]") {
  const double few = bytes_of_waiting(500);
  const double many = bytes_of_waiting(8'000);
  CAPTURE(few, many);
  CHECK(few > 0);
  CHECK(many < most_bytes_of_a_pending_start);
  CHECK(many < few * 1.1);
}

TEST_CASE("a burst of starts ends, in memory that is bounded for each", "[load][burst][starts]") {
  const std::uint64_t count =
      property::from_environment("DUROXIDE_BURST_STARTS", DUROXIDE_DEFAULT_BURST_STARTS);
  const testing::TempDir directory;
  Ledger ledger;
  const auto store = must(LmdbProvider::open(directory.path() / "store"), "open");
  Runtime runtime(store);
  register_all(runtime, ledger);
  must(runtime.start(), "start the runtime");
  Client client(store);
  const ManagementClient management(store);
  const auto answers = std::make_shared<Answers>();

  const std::uint64_t before = heap_bytes();
  std::uint64_t most = before;
  std::uint64_t most_open = 0;
  const auto watch = [&](std::uint64_t asked) {
    most = std::max(most, heap_bytes());
    most_open = std::max(most_open, asked - answers->all);
  };
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    start(client, i, answers);
    if (i % watched == watched - 1) {
      watch(i + 1);
    }
  }
  const double asked_after = seconds();
  for (auto all = answers->all.load(); all < count; all = answers->all.load()) {
    watch(count);
    answers->all.wait(all);
  }
  REQUIRE(answers->good == count);
  const double answered_after = seconds();
  for (std::uint64_t i = 0; i < count; ++i) {
    must(client.wait_for_completion(id_of(i), longest_wait), "wait for the end");
    if (i % watched == 0) {
      watch(count);
    }
  }
  const double of_each = static_cast<double>(most - before) / static_cast<double>(count);
  std::ostringstream tried;
  tried << "a burst of " << with_commas(count) << " starts, asked for in " << asked_after
        << " s, acknowledged after " << answered_after << " s, ended after " << seconds()
        << " s; at most " << with_commas(most_open) << " waited at once, and "
        << with_commas(static_cast<std::uint64_t>(of_each)) << " bytes of memory for each start";
  testing::tell_tried(tried.str());
  CHECK(must(management.get_instance_counts(), "counts").completed == count);
  CHECK(of_each < most_bytes_of_a_start);
  const auto depths = must(management.get_queue_depths(), "depths");
  CHECK(depths == QueueDepths());
}

}  // namespace duroxide::burst_test
