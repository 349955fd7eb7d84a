// Whether everything in a store is what it should be: sound stores are found so, and each kind of
// damage is found and named.

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "engine/counters.hpp"
#include "engine/instances.hpp"
#include "model/encoding.hpp"
#include "provider/damaged.hpp"
#include "provider/engine_process.hpp"
#include "storage/keys.hpp"

namespace duroxide::verify_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::make_key;
using storage::Table;

namespace {

storage::TimerRow find_timer(const storage::ReadView& view, std::uint64_t number) {
  const auto cursor = view.cursor(Table::timers);
  for (bool more = cursor->seek({}); more; more = cursor->next()) {
    const auto row = storage::TimerRow::parse(cursor->key());
    if (row && row->number == number) {
      return *row;
    }
  }
  throw std::runtime_error("no timer");
}

}  // namespace

TEST_CASE("a sound store is found to be so", "[verify]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  check_clean(world);
  fill(world);
  check_clean(world);
  const auto report = verify(world);
  CHECK(report.instances_checked == 7);
  CHECK(report.records_checked > 50);
}

TEST_CASE("a store stays sound as it is worked on", "[verify]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  fill(world);
  SECTION("an activity that has ended, whose result is not read yet") {
    CHECK(world.complete(world.fetch_work().at(0), "result"));
  }
  SECTION("an activity in quarantine") {
    const auto item = world.fetch_work().at(0);
    world
        .ask<Done>(*world.worker,
                   AbandonWorker{item.lock_token, {}, false, {}, std::string("poison")})
        .value();
  }
  SECTION("an instance in quarantine, and another that is paused") {
    const auto item = world.fetch_one();
    world
        .ask<Done>(*world.dispatcher,
                   AbandonOrchestrationItem{item.lock_token, {}, false, {}, std::string("poison")})
        .value();
    world.manage<Done>(management::Pause{PauseScope::of_instance("busy"), true}).value();
    world.manage<Done>(management::Pause{PauseScope::of_store(), true}).value();
  }
  SECTION("timers that have fired") {
    world.clock->advance(2h);
    const auto due = world.due().value();
    CHECK(due.lock_tokens.size() == 2);
    world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).value();
  }
  SECTION("delayed messages") {
    world.enqueue(raise_item("busy", "Later"), 1h).value();
  }
  check_clean(world);
}

TEST_CASE("a timer or a delayed start that is missing, or too much, is found", "[verify]") {
  FaultyWorld faulty;
  fill(faulty.world);
  const auto number = GENERATE(busy, later);
  const auto row = find_timer(*faulty.kv->snapshot(), number);
  const bool too_much = GENERATE(false, true);
  auto key = row.bytes();
  if (too_much) {
    const std::string bytes(*faulty.kv->snapshot()->get(Table::timers, key));
    auto other = row;
    other.due = saturating_add(row.due, 1s);
    key = other.bytes();
    faulty.kv->plant(Table::timers, key, bytes);
  } else {
    faulty.kv->plant(Table::timers, key, std::nullopt);
  }
  const auto report = verify(faulty.world);
  REQUIRE(report.problem_count == 1);
  CHECK(report.problems.front().table == "timers");
  CHECK(report.problems.front().key == storage::hex(key));
  CHECK(report.problems.front().instance_id == (number == busy ? "busy" : "later"));
}

TEST_CASE("every index entry that is missing or misplaced is found", "[verify]") {
  const auto table = GENERATE(Table::by_status, Table::by_name, Table::by_updated, Table::by_parent,
                              Table::by_tag);
  FaultyWorld faulty;
  fill(faulty.world);
  std::string key;
  {
    const auto view = faulty.kv->snapshot();
    const auto cursor = view->cursor(table);
    REQUIRE(cursor->last());
    key = cursor->key();
  }
  const auto finds = [&](const std::string& wanted, const std::string& what) {
    const auto report = verify(faulty.world);
    INFO(describe(report));
    CHECK(std::any_of(report.problems.begin(), report.problems.end(), [&](const auto& problem) {
      return problem.table == to_string(table) && problem.key == storage::hex(wanted) &&
             problem.what.find(what) != std::string::npos;
    }));
  };
  faulty.kv->plant(table, key, std::nullopt);
  finds(key, "missing in this index");
  faulty.kv->plant(table, key, std::string());
  check_clean(faulty.world);

  const auto prefix = key.substr(0, key.size() - 8);
  faulty.kv->plant(table, prefix + make_key(nobody), std::string());
  finds(prefix + make_key(nobody), "there is not");
  faulty.kv->plant(table, prefix + make_key(nobody), std::nullopt);

  auto misplaced = key;
  misplaced.front() = static_cast<char>(misplaced.front() ^ 1);
  faulty.kv->plant(table, misplaced, std::string());
  finds(misplaced, "does not belong here");
}

TEST_CASE("a counter that counts wrong is found", "[verify]") {
  const auto key = GENERATE(std::string(storage::event_counter),
                            storage::status_counter(ExecutionStatus::running, 0),
                            storage::name_counter("Busy", ExecutionStatus::running, 0));
  FaultyWorld faulty;
  fill(faulty.world);
  const auto value = GENERATE(std::optional<std::string>(), std::optional(make_key(nobody)),
                              std::optional<std::string>("x"));
  faulty.kv->plant(Table::counters, key, value);
  const auto report = verify(faulty.world);
  INFO(describe(report));
  REQUIRE(report.problem_count >= 1);
  for (const StoreProblem& problem : report.problems) {
    CHECK(problem.table == "counters");
    CHECK(problem.key == storage::hex(key));
  }
  faulty.kv->plant(Table::counters, "zzz", make_key(one));
  CHECK(verify(faulty.world).problem_count > report.problem_count);
}

TEST_CASE("of many problems the first thousand are told, and all are counted", "[verify]") {
  FaultyWorld faulty;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    faulty.kv->plant(Table::work, make_key(i, one, one), "rubbish");
  }
  const auto report = verify(faulty.world);
  CHECK(report.problems.size() == 1000);
  CHECK(report.problem_count >= 1500);
}

TEST_CASE("a check tells how far it is, and stops when told to", "[verify]") {
  FaultyWorld faulty;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    faulty.kv->plant(Table::attempts, make_key(i), make_key(one));
  }
  std::vector<Progress> told;
  CHECK(verify(faulty.world, [&](const Progress& progress) {
          told.push_back(progress);
          return true;
        }).complete);
  REQUIRE(told.size() > 3);
  CHECK(told.back().done == told.back().total);
  for (std::size_t i = 1; i < told.size(); ++i) {
    CHECK(told[i].done > told[i - 1].done);
  }
  const auto stopped = verify(faulty.world, [](const Progress&) { return false; });
  CHECK_FALSE(stopped.complete);
  CHECK_FALSE(stopped.is_clean());
  CHECK(stopped.records_checked < 5000);

  const auto thrown = faulty.world.manage<Answer<VerifyReport>>(management::VerifyStore{
      [](const Progress&) -> bool { throw std::runtime_error("no more"); }});
  REQUIRE_FALSE(thrown);
  CHECK(thrown.error().kind == Kind::invalid_input);
  CHECK(thrown.error().message.find("no more") != std::string::npos);
}

TEST_CASE("a damaged page is found, and nothing is read that hangs on it", "[verify][lmdb]") {
  const TempDir temp;
  {
    const auto before = open_world(temp.path());
    fill(*before);
    before->enqueue(work::StartOrchestration{"large", "T", std::string(20'000, 'x'), {}, {}})
        .value();
    before->close();  // so that all of it is in the database
  }
  const auto opened = open_world(temp.path());
  World& world = *opened;
  check_clean(world);
  const auto path = temp.path() / "data.mdb";
  constexpr std::size_t page_bytes = 4096;
  const auto pages = std::filesystem::file_size(path) / page_bytes;
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  int found = 0;
  for (std::size_t page = 2; page < pages; ++page) {
    const auto place = static_cast<std::streamoff>(page * page_bytes);
    std::string before(16, '\0');
    file.seekg(place).read(before.data(), 16);
    file.seekp(place).write(std::string(16, '\xab').data(), 16).flush();
    const auto report = verify(world);
    if (report.complete) {
      // In no use, or merely a part of the large input, which is found with its row.
      CHECK((report.is_clean() || report.problems.front().table == "inbox"));
    } else {
      ++found;
      REQUIRE(report.problem_count == 1);
      CHECK(report.problems.front().what.find("page " + std::to_string(page) + " ") !=
            std::string::npos);
      CHECK(report.records_checked == 0);
    }
    file.seekp(place).write(before.data(), 16).flush();
  }
  CHECK(found > 20);  // one for each table at least, though some pages are in no use
  check_clean(world);
}

TEST_CASE("a damaged header is told of, and nobody waits for it to heal", "[verify][lmdb]") {
  World world(Backend::lmdb);
  fill(world);
  check_clean(world);
  // The number of the commit, the last thing in each of the two headers.
  constexpr std::streamoff place = 144;
  constexpr std::streamoff page_bytes = 4096;
  std::fstream file(world.directory->path() / "data.mdb",
                    std::ios::binary | std::ios::in | std::ios::out);
  const auto read = [&](std::streamoff at) {
    std::uint64_t number = 0;
    file.seekg(at).read(reinterpret_cast<char*>(&number), sizeof number);
    return number;
  };
  const auto write = [&](std::streamoff at, std::uint64_t number) {
    file.seekp(at).write(reinterpret_cast<const char*>(&number), sizeof number).flush();
  };
  const auto older = read(place) < read(page_bytes + place) ? place : page_bytes + place;
  const auto before = read(older);
  write(older, ~std::uint64_t{0});
  const auto report = world.manage<Answer<VerifyReport>>(management::VerifyStore{});
  CHECK((!report || !report->is_clean()));
  write(older, before);
  check_clean(world);
}

}  // namespace duroxide::verify_test
