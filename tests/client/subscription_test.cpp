// Subscriptions: which of those who wait gets what, and how the waiting ends.

#include <mutex>
#include <set>
#include <thread>

#include "client/facade.hpp"
#include "provider/world.hpp"

namespace duroxide::subscription_test {

using namespace std::chrono_literals;
using Kind = ClientError::Kind;

namespace {

using Outcome = Result<ChangeBatch, ClientError>;
using Ids = std::vector<std::string>;

Ids ids(const Outcome& outcome) {
  Ids all;
  for (const StatusChange& change : outcome.value().changes) {
    all.push_back(change.instance_id);
  }
  return all;
}

/// A subscription whose blocking calls run the messages themselves, and end when none is left.
struct Subscriber {
  testing::World world{GENERATE(testing::Backend::memory, testing::Backend::lmdb)};
  std::optional<ChangeSubscription> changes{ManagementClient(*world.store).subscribe().value()};

  Subscriber() = default;
  ~Subscriber() {
    changes.reset();
    world.run();
  }
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  /// What a callback gets, once it does.
  std::shared_ptr<std::vector<Outcome>> next_later() {
    auto got = std::make_shared<std::vector<Outcome>>();
    changes->next([got](Outcome outcome) { got->push_back(std::move(outcome)); });
    world.run();
    return got;
  }
};

}  // namespace

TEST_CASE("subscription: what comes after the time was up is for the next call", "[changes]") {
  Subscriber f;
  CHECK(ids(f.changes->next(1ms)).empty());
  SECTION("it came before that call") {
    f.world.start("a");
    SECTION("which blocks") {
      CHECK(ids(f.changes->next()) == Ids{"a"});
    }
    SECTION("which calls back") {
      const auto got = f.next_later();
      REQUIRE(got->size() == 1);
      CHECK(ids(got->front()) == Ids{"a"});
    }
  }
  SECTION("it comes after that call") {
    const auto got = f.next_later();
    CHECK(got->empty());
    f.world.start("a");
    REQUIRE(got->size() == 1);
    CHECK(ids(got->front()) == Ids{"a"});
  }
  CHECK(ids(f.changes->next(1ms)).empty());
  f.world.start("b");
  CHECK(ids(f.changes->next()) == Ids{"b"});
}

TEST_CASE("subscription: who asked first is served first", "[changes]") {
  Subscriber f;
  const auto one = f.next_later();
  const auto two = f.next_later();
  CHECK(ids(f.changes->next(1ms)).empty());
  f.world.start("a");
  REQUIRE(one->size() == 1);
  CHECK(two->empty());
  f.world.start("b");
  REQUIRE(two->size() == 1);
  f.world.start("c");
  CHECK(ids(one->front()) == Ids{"a"});
  CHECK(ids(two->front()) == Ids{"b"});
  CHECK(ids(f.changes->next()) == Ids{"c"});
  CHECK(one->size() == 1);
  CHECK(two->size() == 1);
}

TEST_CASE("subscription: a callback may ask again", "[changes]") {
  Subscriber f;
  Ids seen;
  std::function<void(Outcome)> follow = [&](const Outcome& outcome) {
    for (const auto& id : ids(outcome)) {
      seen.push_back(id);
    }
    if (seen.size() < 2) {
      f.changes->next(follow);
    }
  };
  f.changes->next(follow);
  f.world.start("a");
  f.world.start("b");
  CHECK(seen == Ids{"a", "b"});
}

TEST_CASE("subscription: everybody who waits, or asks later, is told of the end", "[changes]") {
  Subscriber f;
  const auto before = f.next_later();
  const auto second = f.next_later();
  SECTION("closed") {
    f.changes->close();
    f.world.start("a");
    const auto after = f.next_later();
    REQUIRE(after->size() == 1);
    CHECK(ids(after->front()).empty());
    CHECK(ids(f.changes->next()).empty());
    f.changes->close();
  }
  SECTION("destroyed") {
    f.changes.reset();
    f.world.start("a");
  }
  REQUIRE(before->size() == 1);
  REQUIRE(second->size() == 1);
  CHECK(ids(before->front()).empty());
  CHECK(ids(second->front()).empty());
}

TEST_CASE("subscription: what nobody has got when it is closed is dropped", "[changes]") {
  Subscriber f;
  CHECK(ids(f.changes->next(1ms)).empty());
  f.world.start("a");
  f.changes->close();
  CHECK(ids(f.changes->next()).empty());
}

TEST_CASE("subscription: everybody is told when the store ends", "[changes]") {
  test::DeterministicSystem system;
  test::ScriptedProvider provider(system);
  test::ScriptedManagement management(system);
  management.whenever<management::SubscribeChanges>(
      [&] { management.take<management::SubscribeChanges>().promise.deliver(duroxide::Done()); });
  {
    auto changes = ManagementClient(make_store(system.handle(), std::make_shared<ManualClock>(),
                                               provider.actor(), management.actor()))
                       .subscribe()
                       .value();
    std::vector<Kind> told;
    for (int i = 0; i < 2; ++i) {
      changes.next([&](const Outcome& outcome) { told.push_back(test::kind_of(outcome)); });
    }
    system.run();
    CHECK(management.count<management::AwaitChanges>() == 1);
    management.end();
    system.run();
    CHECK(told == std::vector<Kind>{Kind::storage_error, Kind::storage_error});
    CHECK(test::kind_of(changes.next()) == Kind::storage_error);
  }
}

TEST_CASE("subscription: on a store that is only read there is none", "[changes][read-only]") {
  const testing::TempDir directory;
  { (void)LmdbProvider::open(directory.path()).value(); }
  const ManagementClient management(LmdbProvider::open_read_only(directory.path()).value());
  CHECK(test::kind_of(management.subscribe()) == Kind::read_only);
}

TEST_CASE("subscription: a thread that waits holds up no other", "[changes][threads]") {
  const Store store = MemoryProvider::create(MemoryOptions().log_sink({}));
  auto changes = ManagementClient(store).subscribe().value();
  std::optional<Outcome> waited;
  std::thread waits([&] { waited = changes.next(); });
  for (int i = 0; i < 20; ++i) {
    CHECK(ids(changes.next(1ms)).empty());
  }
  changes.close();
  waits.join();
  CHECK(ids(waited.value()).empty());
}

TEST_CASE("subscription: each change goes to one of several threads", "[changes][threads]") {
  constexpr std::size_t all = 200;
  const Store store = MemoryProvider::create(MemoryOptions().log_sink({}));
  Client client(store);
  auto changes = ManagementClient(store).subscribe().value();
  std::mutex mutex;
  std::multiset<std::string> seen;
  const auto read = [&](std::optional<Milliseconds> timeout) {
    bool more = true;
    while (more) {
      const auto got = ids(changes.next(timeout));
      const std::lock_guard lock(mutex);
      seen.insert(got.begin(), got.end());
      more = seen.size() < all;
    }
    changes.close();  // the others still wait
  };
  std::vector<std::thread> readers;
  for (const auto timeout : {std::optional<Milliseconds>(), std::optional<Milliseconds>(),
                             std::optional<Milliseconds>(1), std::optional<Milliseconds>(1)}) {
    readers.emplace_back(read, timeout);
  }
  for (std::size_t i = 0; i < all; ++i) {
    CHECK(client.start_orchestration(std::to_string(i), "Nobody"));
  }
  for (auto& reader : readers) {
    reader.join();
  }
  CHECK(seen.size() == all);
  CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == all);
}

}  // namespace duroxide::subscription_test
