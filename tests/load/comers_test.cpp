// What comes and goes while a store is open leaves no memory behind. In a deterministic system
// everything that ends has ended when nothing is left to do, so the heap can be compared to the byte.

#include <functional>

#include <catch2/catch.hpp>

#include "load/orchestrations.hpp"
#include "load/sample.hpp"
#include "load/stories.hpp"
#include "support/deterministic_system.hpp"

namespace duroxide::comers_test {

using namespace duroxide::load;

namespace {

constexpr int times = 50;

/// Less than the smallest thing that can be allocated, for each time.
constexpr std::int64_t tolerance = times * std::int64_t{16};

struct OpenStore {
  test::DeterministicSystem system;
  Ledger ledger;
  Store store = must(MemoryProvider::open(MemoryOptions().actor_system(system.handle())), "open");
  ManagementClient management{store};

  /// Bytes that `visit` leaves behind, done `times` times.
  std::int64_t left_by(const std::function<void()>& visit) {
    const auto repeat = [&] {
      for (int i = 0; i < times; ++i) {
        visit();
        system.run();
      }
      return static_cast<std::int64_t>(heap_bytes());
    };
    repeat();  // whatever is made once
    const std::int64_t before = repeat();
    return repeat() - before;
  }
};

}  // namespace

TEST_CASE("clients that have gone leave nothing behind", "[load][client]") {
  OpenStore open;
  CHECK(open.left_by([&] {
    const Client client(open.store);
    must(client.get_status("unknown"), "status");
  }) <= tolerance);
}

TEST_CASE("management clients that have gone leave nothing behind", "[load][management]") {
  OpenStore open;
  CHECK(open.left_by([&] {
    const ManagementClient client(open.store);
    must(client.get_instance_counts(), "counts");
    must(client.resume(PauseScope::of_store()), "resume");
  }) <= tolerance);
}

TEST_CASE("subscriptions that have ended leave nothing behind", "[load][changes]") {
  OpenStore open;
  CHECK(open.left_by([&] { must(open.management.subscribe(), "subscribe"); }) <= tolerance);
}

TEST_CASE("runtimes that have stopped leave nothing behind", "[load][stop]") {
  OpenStore open;
  CHECK(open.left_by([&] {
    Runtime runtime(open.store);
    register_all(runtime, open.ledger);
    must(runtime.start(), "start");
    runtime.stop();
  }) <= tolerance);
}

TEST_CASE("stores that were closed leave nothing behind", "[load][store]") {
  OpenStore open;
  CHECK(open.left_by([&] {
    const auto another =
        must(MemoryProvider::open(MemoryOptions().actor_system(open.system.handle())), "open");
    const Client client(another);
    must(client.get_status("unknown"), "status");
  }) <= tolerance);
}

}  // namespace duroxide::comers_test
