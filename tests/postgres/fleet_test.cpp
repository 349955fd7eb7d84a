// Four processes work off mixed instances on one store while they are killed, stopped for longer than their
// leases and cut off from the server, and the server is restarted: nothing is lost, and no step is counted
// twice. DUROXIDE_FLEET says how many instances; 1,000 in short, 10,000 for long.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/postgres_provider.hpp>

#include "faults/child.hpp"
#include "postgres/fleet_work.hpp"
#include "postgres/server.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::postgres_test {

namespace {

using namespace std::chrono_literals;
using faults::Child;

constexpr std::size_t workers = 4;
constexpr auto lease = 2s;
constexpr auto between_blows = 1s;
constexpr std::size_t restarts = 2;

std::size_t fleet_size() {
  const char* const given = std::getenv("DUROXIDE_FLEET");  // NOLINT: nobody sets it meanwhile
  return given == nullptr ? 1'000 : static_cast<std::size_t>(std::stoul(given));
}

struct Place {
  std::string address;
  std::string schema;
  std::filesystem::path marks;
};

/// As soon as the server takes it.
Store connect(const Place& place, const std::string& name) {
  const auto last = std::chrono::steady_clock::now() + 120s;
  while (true) {
    auto store = PostgresProvider::connect(
        place.address + "&application_name=" + name,
        PostgresOptions().schema(place.schema).lease(lease).poll(1s).log_sink({}));
    if (store) {
      return *std::move(store);
    }
    if (std::chrono::steady_clock::now() > last) {
      throw std::runtime_error(store.error().to_string());
    }
    std::this_thread::sleep_for(50ms);
  }
}

/// In a process of its own, until it is told a word.
void work(const Place& place, const std::string& name) {
  const Store store = connect(place, name);
  Marks marks(place.marks);
  // It is there to be killed: an instance must not count as poison for that.
  Runtime runtime{store, RuntimeOptions().worker_concurrency(4).max_attempts(1'000'000)};
  register_pieces(runtime, marks);
  if (const auto started = runtime.start(); !started) {
    throw std::runtime_error(started.error().to_string());
  }
  faults::tell("works");
  (void)faults::wait_for_word();
  runtime.stop();
}

/// Starts all of them, one after the other.
void start_all(const Place& place, std::size_t all) {
  Client client(connect(place, "starter"));
  for (std::size_t i = 0; i < all; ++i) {
    start_piece(client, piece(i));
  }
}

/// Looks at all ends, tells what is wrong, and then what it has seen.
void check_all(const Place& place, std::size_t all) {
  const Store store = connect(place, "checker");
  Client client(store);
  const ManagementClient management(store);
  const auto written = Marks::all(place.marks);
  std::map<std::string, std::string> counted;
  for (std::size_t i = 0; i < all; ++i) {
    for (const std::string& problem : check_piece(client, piece(i), written, counted)) {
      faults::tell(problem);
    }
  }
  const auto report = management.verify();
  if (!report) {
    faults::tell("verify: " + report.error().to_string());
  } else {
    for (const StoreProblem& problem : report->problems) {
      faults::tell("verify: " + problem.table + " " + problem.instance_id + ": " + problem.what);
    }
  }
  const auto depths = management.get_queue_depths();
  if (!depths || depths->worker_queue != 0 || depths->orchestrator_queue != 0) {
    faults::tell("something is left in a queue");
  }
  faults::tell("checked " + std::to_string(counted.size()) + " steps, run " +
               std::to_string(written.size()) + " times");
}

/// How many of the instances have ended.
std::size_t ended_of(const Place& place) {
  return std::stoul(
      query(place.address, "select count(*) from \"" + place.schema +
                               "\".instances where parent_id is null and status <> 0"));
}

/// Four processes, and what is done to them.
class Fleet {
 public:
  explicit Fleet(Place place) : place_(std::move(place)) {
    for (std::size_t i = 0; i < workers; ++i) {
      members_.push_back({member(i)});
    }
    for (const Member& each : members_) {
      REQUIRE(each.process->tells("works"));
    }
  }
  ~Fleet() {
    for (Member& each : members_) {
      each.process->kill();
    }
  }
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  void kill(std::size_t which) {
    members_[which].process->kill();
    members_[which] = {member(which)};
  }
  /// Until its leases are over and the others have noticed.
  void stop(std::size_t which) {
    if (!members_[which].goes_on) {
      members_[which].process->stop();
      members_[which].goes_on = Clock::now() + lease + 1s;
    }
  }
  /// Has those go on that were stopped for long enough.
  void wake() {
    for (Member& each : members_) {
      if (each.goes_on && Clock::now() >= *each.goes_on) {
        each.process->go_on();
        each.goes_on.reset();
      }
    }
  }
  void cut_off(std::size_t which) {
    query(
        place_.address,
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = '" +
            name_of(which) + "'");
  }
  /// All end in an orderly way.
  void end() {
    for (Member& each : members_) {
      if (each.goes_on) {
        each.process->go_on();
      }
      each.process->say_word();
    }
    for (Member& each : members_) {
      CHECK(each.process->how_it_ended().empty());
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Member {
    std::unique_ptr<Child> process;
    std::optional<Clock::time_point> goes_on = std::nullopt;  ///< it is stopped until then
  };

  static std::string name_of(std::size_t which) { return "member" + std::to_string(which); }
  std::unique_ptr<Child> member(std::size_t which) const {
    return std::make_unique<Child>([place = place_, name = name_of(which)] { work(place, name); });
  }

  Place place_;
  std::vector<Member> members_;
};

/// Deals blows until all instances have ended, and counts them. A fleet that hangs is ended by the runner of the
/// tests.
std::map<std::string, std::size_t> disturb(Fleet& fleet, PostgresServer& server, const Place& place,
                                           std::size_t all, std::mt19937& random) {
  std::map<std::string, std::size_t> blows;
  auto next = std::chrono::steady_clock::now();
  for (std::size_t round = 0;; ++round) {
    const std::size_t ended = ended_of(place);
    if (ended == all) {
      return blows;
    }
    const std::size_t which = random() % workers;
    auto& restarted = blows["restarts of the server"];
    if (restarted < restarts && ended >= (restarted + 1) * all / (restarts + 1)) {
      server.restart(restarted == 0 ? Ending::immediate : Ending::fast);
      ++restarted;
    } else if (round % 3 == 0) {
      fleet.kill(which);
      ++blows["kills"];
    } else if (round % 3 == 1) {
      fleet.stop(which);
      ++blows["stops"];
    } else {
      fleet.cut_off(which);
      ++blows["cuts"];
    }
    next = std::max(next + between_blows, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next);  // what is tried is time that passes
    fleet.wake();
  }
}

}  // namespace

TEST_CASE("a fleet loses nothing and counts no step twice, whatever is done to it",
          "[postgres][faults]") {
  const std::size_t all = fleet_size();
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const testing::TempDir directory;
  PostgresServer server;
  const Place place{server.address(), "fleet", directory.path() / "marks"};
  Fleet fleet(place);
  Child starter([&] { start_all(place, all); });
  auto blows = disturb(fleet, server, place, all, random);
  CHECK(blows["restarts of the server"] == restarts);
  CHECK(blows["kills"] > 0);
  CHECK(blows["stops"] > 0);
  CHECK(blows["cuts"] > 0);
  CHECK(starter.how_it_ended().empty());
  Child checker([&] { check_all(place, all); });
  std::vector<std::string> told = checker.rest();
  CHECK(checker.how_it_ended().empty());
  REQUIRE_FALSE(told.empty());
  std::cout << "tried: a fleet of " << workers << " with " << all << " instances";
  for (const auto& [what, times] : blows) {
    std::cout << ", " << times << " " << what;
  }
  std::cout << ": " << told.back() << std::endl;
  told.pop_back();
  CHECK(told == std::vector<std::string>());
  fleet.end();
}

}  // namespace duroxide::postgres_test
