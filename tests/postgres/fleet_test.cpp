// Four processes work off mixed instances on one store while they are killed, stopped for longer than their
// leases and cut off from the server, and the server is restarted: nothing is lost, and no step is counted
// twice. DUROXIDE_FLEET says how many instances; 300 in short, 10,000 for long.

#include <csignal>
#include <cstddef>
#include <cstdlib>
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

#include <sys/prctl.h>

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
/// So many instances are started before each blow.
constexpr std::size_t portion = 25;
const std::string alive = "alive";

std::size_t fleet_size() {
  const char* const given = std::getenv("DUROXIDE_FLEET");  // NOLINT: nobody sets it meanwhile
  return given == nullptr ? 300 : static_cast<std::size_t>(std::stoul(given));
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

/// Nothing is left of a fleet whose test has died.
void die_with_test() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/// In a process of its own, until it is told a word.
void work(const Place& place, const std::string& name) {
  die_with_test();
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

/// Starts a portion for each word.
void start_portions(const Place& place, std::size_t all) {
  die_with_test();
  Client client(connect(place, "starter"));
  for (std::size_t next = 0; next < all;) {
    if (faults::wait_for_word() == 0) {
      return;
    }
    for (std::size_t i = 0; i < portion && next < all; ++i, ++next) {
      start_piece(client, piece(next));
    }
    faults::tell("started");
  }
}

/// Looks at all ends, tells what is wrong, and then what it has seen.
void check_all(const Place& place, std::size_t all) {
  die_with_test();
  const Store store = connect(place, "checker");
  Client client(store);
  const ManagementClient management(store);
  for (std::size_t i = 0; i < all; ++i) {
    (void)client.wait_for_completion(piece(i).instance, 300s);
    if (i % portion == 0) {
      faults::tell(alive);  // who says nothing for long is taken to hang
    }
  }
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

/// Four processes, and what is done to them.
class Fleet {
 public:
  explicit Fleet(Place place) : place_(std::move(place)) {
    for (std::size_t i = 0; i < workers; ++i) {
      members_.push_back(member(i));
    }
  }
  ~Fleet() {
    for (auto& each : members_) {
      each->kill();
    }
  }
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  void kill(std::size_t which) {
    members_[which]->kill();
    members_[which] = member(which);
  }
  /// Returns when its leases are over and the others have noticed.
  void stop(std::size_t which) {
    members_[which]->stop();
    const auto began = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - began < lease + 1s) {
      std::this_thread::sleep_for(100ms);  // what is tried is time that passes
    }
    members_[which]->go_on();
  }
  void cut_off(std::size_t which) {
    query(
        place_.address,
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = '" +
            name_of(which) + "'");
  }
  /// All end in an orderly way.
  void end() {
    for (auto& each : members_) {
      each->say_word();
    }
    for (auto& each : members_) {
      CHECK(each->how_it_ended().empty());
    }
  }

 private:
  static std::string name_of(std::size_t which) { return "member" + std::to_string(which); }
  std::unique_ptr<Child> member(std::size_t which) const {
    return std::make_unique<Child>([place = place_, name = name_of(which)] { work(place, name); });
  }

  Place place_;
  std::vector<std::unique_ptr<Child>> members_;
};

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
  Child starter([&] { start_portions(place, all); });
  const std::size_t rounds = (all + portion - 1) / portion;
  std::map<std::string, std::size_t> blows;
  for (std::size_t round = 0; round < rounds; ++round) {
    starter.say_word();
    const std::size_t which = random() % workers;
    if (round == rounds / 3 || round == 2 * rounds / 3) {
      server.restart(round == rounds / 3 ? Ending::immediate : Ending::fast);
      ++blows["restarts of the server"];
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
    REQUIRE(starter.tells("started"));
  }
  Child checker([&] { check_all(place, all); });
  std::vector<std::string> told = checker.rest();
  std::erase(told, alive);
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
