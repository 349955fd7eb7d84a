// Whether everything in a store is what it should be: sound stores are found so, and each kind of
// damage is found and named.

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "model/encoding.hpp"
#include "provider/core/counters.hpp"
#include "provider/core/instances.hpp"
#include "provider/core/keys.hpp"
#include "provider/faulty_world.hpp"
#include "provider/filled_world.hpp"

using namespace duroxide;
using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::make_key;
using storage::Table;

namespace {

constexpr std::uint64_t zero = 0;
constexpr std::uint64_t one = 1;
constexpr std::uint64_t busy = 3;
constexpr std::uint64_t again = 5;
constexpr std::uint64_t waiting = 6;
constexpr std::uint64_t later = 7;
constexpr std::uint64_t nobody = 99;

VerifyReport verify(World& world, OnProgress on_progress = {}) {
  return world.manage<Answer<VerifyReport>>(management::VerifyStore{std::move(on_progress)})
      .value();
}

std::string describe(const VerifyReport& report) {
  std::string text;
  for (const StoreProblem& problem : report.problems) {
    text +=
        problem.table + " " + problem.key + " " + problem.instance_id + ": " + problem.what + "\n";
  }
  return text;
}

void check_clean(World& world) {
  const auto report = verify(world);
  INFO(describe(report));
  CHECK(report.is_clean());
  CHECK(report.complete);
}

/// A filled world, and what is found in it after a row was planted.
class Damaged {
 public:
  Damaged() { fill(faulty_.world); }

  [[nodiscard]] std::string get(Table table, const std::string& key) const {
    return std::string(faulty_.kv->snapshot()->get(table, key).value());
  }
  [[nodiscard]] storage::InstanceRecord record(std::uint64_t number) const {
    return storage::decode_instance(get(Table::instances, make_key(number))).value();
  }
  void plant(Table table, std::string key, std::optional<std::string> value) {
    faulty_.kv->plant(table, std::move(key), std::move(value));
  }
  void plant(std::uint64_t number, const storage::InstanceRecord& record) {
    plant(Table::instances, make_key(number), storage::encode_instance(record));
  }

  /// That there is a problem with this row, and says so.
  void finds(Table table, const std::string& key, const std::string& what,
             const std::string& instance = "busy") {
    const auto report = verify(faulty_.world);
    INFO(describe(report));
    CHECK_FALSE(report.is_clean());
    CHECK(report.problem_count == report.problems.size());
    const bool found =
        std::any_of(report.problems.begin(), report.problems.end(), [&](const auto& problem) {
          return problem.table == to_string(table) && problem.key == storage::hex(key) &&
                 problem.what.find(what) != std::string::npos && problem.instance_id == instance;
        });
    CHECK(found);
  }

 private:
  FaultyWorld faulty_;
};

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

TEST_CASE("every misplaced or unreadable row is found", "[verify]") {
  Damaged damaged;
  const auto instance = make_key(busy);
  const auto execution = make_key(busy, one);
  const auto step = [](std::uint64_t number, std::uint64_t event) {
    return make_key(number, one, event);
  };
  SECTION("an unreadable instance") {
    damaged.plant(Table::instances, instance, "rubbish");
    damaged.finds(Table::instances, instance, "", "");
  }
  SECTION("an instance with a key that is no number") {
    damaged.plant(Table::instances, "key", "rubbish");
    damaged.finds(Table::instances, "key", "not a number", "");
  }
  SECTION("an instance that is not found by its id") {
    damaged.plant(Table::ids, "busy", std::nullopt);
    damaged.finds(Table::ids, "busy", "not found by its id");
  }
  SECTION("an id that leads elsewhere") {
    damaged.plant(Table::ids, "busy", make_key(one));
    damaged.finds(Table::ids, "busy", "leads elsewhere");
    damaged.finds(Table::ids, "busy", "another instance, `done`", "done");
  }
  SECTION("an id of nobody") {
    damaged.plant(Table::ids, "ghost", make_key(nobody));
    damaged.finds(Table::ids, "ghost", "there is not", "");
  }
  SECTION("an id without a number") {
    damaged.plant(Table::ids, "ghost", "x");
    damaged.finds(Table::ids, "ghost", "1 bytes instead of 8", "");
  }
  SECTION("an instance with a status that only executions have") {
    auto record = damaged.record(busy);
    record.status = ExecutionStatus::continued_as_new;
    damaged.plant(busy, record);
    damaged.finds(Table::instances, instance, "ContinuedAsNew");
  }
  SECTION("a result that is missing") {
    damaged.plant(Table::results, make_key(one, one), std::nullopt);
    damaged.finds(Table::results, make_key(one, one), "no result", "done");
  }
  SECTION("a result of what runs") {
    damaged.plant(Table::results, execution, storage::encode_completed("x"));
    damaged.finds(Table::results, execution, "not ended");
  }
  SECTION("a result of the wrong kind") {
    damaged.plant(Table::results, make_key(one, one), storage::encode_failed({}));
    damaged.finds(Table::results, make_key(one, one), "kind", "done");
  }
  SECTION("an unreadable result") {
    damaged.plant(Table::results, make_key(one, one), "rubbish");
    damaged.finds(Table::results, make_key(one, one), "not the result", "done");
  }
  SECTION("an execution without a record") {
    damaged.plant(Table::executions, make_key(one, one), std::nullopt);
    damaged.finds(Table::executions, make_key(one, one), "no record", "done");
  }
  SECTION("an unreadable execution") {
    damaged.plant(Table::executions, make_key(one, one), "rubbish");
    damaged.finds(Table::executions, make_key(one, one), "", "done");
  }
  SECTION("an execution that has not begun") {
    damaged.plant(Table::executions, make_key(busy, one + 1), "rubbish");
    damaged.finds(Table::executions, make_key(busy, one + 1), "has not ended");
  }
  SECTION("an execution with another status than its instance") {
    storage::ExecutionRecord record;
    record.status = ExecutionStatus::failed;
    record.event_count = 2;
    damaged.plant(Table::executions, make_key(one, one), storage::encode_execution(record));
    damaged.finds(Table::executions, make_key(one, one), "status of the execution is Failed",
                  "done");
  }
  SECTION("a history that is missing") {
    damaged.plant(Table::history, step(busy, 1), std::nullopt);
    damaged.finds(Table::history, execution, "has 0 events, its record counts 6");
  }
  SECTION("an unreadable history") {
    damaged.plant(Table::history, step(busy, 1), "rubbish");
    damaged.finds(Table::history, step(busy, 1), "");
  }
  SECTION("a history with a row too much") {
    damaged.plant(Table::history, step(busy, 9), damaged.get(Table::history, step(busy, 1)));
    damaged.finds(Table::history, step(busy, 9), "event 7 should follow");
  }
  SECTION("a history of an execution that there is not") {
    damaged.plant(Table::history, make_key(again, one + 4, one), "rubbish");
    damaged.finds(Table::history, make_key(again, one + 4, one), "execution 5", "again");
  }
  SECTION("a history without its beginning") {
    damaged.plant(
        Table::history, step(busy, 1),
        model::encode_events({scheduled_event(1), scheduled_event(2), scheduled_event(3),
                              scheduled_event(4), scheduled_event(5), scheduled_event(6)}));
    damaged.finds(Table::history, execution, "OrchestrationStarted");
  }
  SECTION("a history that ends what runs") {
    auto record = damaged.record(one);
    record.status = ExecutionStatus::running;
    damaged.plant(one, record);
    damaged.finds(Table::history, make_key(one, one), "has an end", "done");
  }
  SECTION("a history that does not end what has ended") {
    damaged.plant(Table::history, step(1, 1),
                  model::encode_events({started_event("Test"), scheduled_event(2)}));
    damaged.finds(Table::history, make_key(one, one), "does not say so", "done");
  }
  SECTION("a start that is missing") {
    damaged.plant(Table::inbox, make_key(waiting, zero), std::nullopt);
    damaged.finds(Table::inbox, make_key(waiting, zero), "start of the execution", "waiting");
  }
  SECTION("a message of nobody") {
    damaged.plant(Table::inbox, make_key(nobody, one),
                  model::encode_work_item(raise_item("ghost", "Go")));
    damaged.finds(Table::inbox, make_key(nobody, one), "there is not", "");
  }
  SECTION("a message for another instance") {
    damaged.plant(Table::inbox, make_key(busy, one),
                  model::encode_work_item(raise_item("done", "Go")));
    damaged.finds(Table::inbox, make_key(busy, one), "another instance, `done`");
  }
  SECTION("a message for what has ended") {
    damaged.plant(Table::inbox, make_key(one, one),
                  model::encode_work_item(raise_item("done", "Go")));
    damaged.finds(Table::inbox, make_key(one, one), "has ended", "done");
  }
  SECTION("a second start") {
    damaged.plant(Table::inbox, make_key(busy, zero), model::encode_work_item(start_item("busy")));
    damaged.finds(Table::inbox, make_key(busy, zero), "has begun already");
  }
  SECTION("an unreadable message") {
    damaged.plant(Table::inbox, make_key(busy, one), "rubbish");
    damaged.finds(Table::inbox, make_key(busy, one), "");
  }
  SECTION("an activity that is missing") {
    damaged.plant(Table::work, step(busy, 2), std::nullopt);
    damaged.finds(Table::work, step(busy, 2), "neither in the queue nor answered");
    damaged.finds(Table::progress, step(busy, 2), "not in the queue");
  }
  SECTION("an activity that nobody waits for") {
    storage::WorkRow row{1, 0, {}};
    row.item.instance = "busy";
    row.item.execution_id = 1;
    row.item.id = 5;
    damaged.plant(Table::work, step(busy, 5), storage::encode_work_row(row));
    damaged.finds(Table::work, step(busy, 5), "does not wait for it");
  }
  SECTION("an activity under another's key") {
    damaged.plant(Table::work, step(busy, 5), damaged.get(Table::work, step(busy, 2)));
    damaged.finds(Table::work, step(busy, 5), "than its key says");
  }
  SECTION("an unreadable activity") {
    damaged.plant(Table::work, step(busy, 2), "rubbish");
    damaged.finds(Table::work, step(busy, 2), "not a row of the worker queue");
  }
  SECTION("a delivery count of nothing") {
    damaged.plant(Table::attempts, step(busy, 5), make_key(one));
    damaged.finds(Table::attempts, step(busy, 5), "not in the queue");
    damaged.plant(Table::attempts, make_key(nobody), make_key(one));
    damaged.finds(Table::attempts, make_key(nobody), "there is not", "");
  }
  SECTION("a child that is gone") {
    damaged.plant(Table::ids, "busy::1", std::nullopt);
    damaged.finds(Table::ids, "busy::1", "neither runs nor has answered");
  }
  SECTION("a value of nobody") {
    damaged.plant(Table::values, make_key(nobody) + "key", "x");
    damaged.finds(Table::values, make_key(nobody) + "key", "there is not", "");
  }
  SECTION("an unreadable value") {
    damaged.plant(Table::values, instance + "key", "x");
    damaged.finds(Table::values, instance + "key", "");
  }
  SECTION("an unreadable custom status, and one of nobody") {
    damaged.plant(Table::custom_status, instance, "x");
    damaged.finds(Table::custom_status, instance, "");
    damaged.plant(Table::custom_status, make_key(nobody), "x");
    damaged.finds(Table::custom_status, make_key(nobody), "there is not", "");
  }
  SECTION("an unreadable progress") {
    damaged.plant(Table::progress, step(busy, 2), "x");
    damaged.finds(Table::progress, step(busy, 2), "");
  }
  SECTION("a quarantine of what has ended, or of nothing") {
    const auto record = storage::encode_quarantine({"why", from_milliseconds(1), ""});
    damaged.plant(Table::quarantine, make_key(one), record);
    damaged.finds(Table::quarantine, make_key(one), "has ended", "done");
    damaged.plant(Table::quarantine, step(busy, 5), record);
    damaged.finds(Table::quarantine, step(busy, 5), "not in the queue");
  }
  SECTION("a row that was set aside") {
    damaged.plant(Table::set_aside, "x", "rubbish");
    damaged.finds(Table::set_aside, "x", "set aside", "");
  }
  SECTION("a pause of nobody, or of what has ended") {
    damaged.plant(Table::paused, "ighost", make_key(one));
    damaged.finds(Table::paused, "ighost", "there is none", "");
    damaged.plant(Table::paused, "idone", make_key(one));
    damaged.finds(Table::paused, "idone", "has ended", "done");
    damaged.plant(Table::paused, "x", make_key(one));
    damaged.finds(Table::paused, "x", "neither an instance", "");
  }
  SECTION("a number that is given out twice") {
    damaged.plant(Table::meta, "next_instance", make_key(busy));
    damaged.finds(Table::meta, "next_instance", "next instance is to be number 3", "");
  }
  SECTION("a store that does not say what it is") {
    damaged.plant(Table::meta, "format", std::nullopt);
    damaged.finds(Table::meta, "format", "has no `format`", "");
  }
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
  World world(Backend::lmdb);
  fill(world);
  world.enqueue(work::StartOrchestration{"large", "T", std::string(20'000, 'x'), {}, {}}).value();
  check_clean(world);
  const auto path = world.directory->path() / "data.mdb";
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
