// Each row that is misplaced, missing or unreadable is found, and named.

#include "engine/counters.hpp"
#include "model/encoding.hpp"
#include "provider/damaged.hpp"

namespace duroxide::verify_rows_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using storage::make_key;
using storage::Table;

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
  SECTION("a message that is kept for nobody") {
    damaged.plant(Table::kept, make_key(nobody, one),
                  model::encode_work_item(raise_item("ghost", "Go")));
    damaged.finds(Table::kept, make_key(nobody, one), "there is not", "");
  }
  SECTION("a message that is kept for another instance") {
    damaged.plant(Table::kept, make_key(busy, one),
                  model::encode_work_item(raise_item("done", "Go")));
    damaged.finds(Table::kept, make_key(busy, one), "another instance, `done`");
  }
  SECTION("a message that is kept by what has not failed") {
    damaged.plant(Table::kept, make_key(busy, one),
                  model::encode_work_item(raise_item("busy", "Go")));
    damaged.finds(Table::kept, make_key(busy, one), "has not failed");
  }
  SECTION("an unreadable message that is kept") {
    damaged.plant(Table::kept, make_key(busy, one), "rubbish");
    damaged.finds(Table::kept, make_key(busy, one), "");
  }
  SECTION("a wait for the end of what has ended") {
    const auto key = make_key(one, busy, one, std::uint64_t{2});
    damaged.plant(Table::awaited, key, "");
    damaged.finds(Table::awaited, key, "it has ended", "done");
  }
  SECTION("a wait for an end by what has ended") {
    const auto key = make_key(busy, one, one, std::uint64_t{2});
    damaged.plant(Table::awaited, key, "");
    damaged.finds(Table::awaited, key, "has ended itself", "done");
  }
  SECTION("a wait for an end that no step waits for") {
    const auto key = make_key(busy, busy, one, std::uint64_t{2});
    damaged.plant(Table::awaited, key, "");
    damaged.finds(Table::awaited, key, "nobody waits");
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
    storage::ActivityRow row{1, 0, {}};
    row.item.instance = "busy";
    row.item.execution_id = 1;
    row.item.id = 5;
    damaged.plant(Table::work, step(busy, 5), storage::encode_activity_row(row));
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

}  // namespace duroxide::verify_rows_test
