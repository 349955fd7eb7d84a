// Rows that do not fit their keys, or the instance that the key names, are found, and named.

#include <string>

#include "model/encoding.hpp"
#include "provider/damaged.hpp"
#include "storage/format.hpp"

namespace duroxide::verify_keys_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using storage::make_key;
using storage::Table;

TEST_CASE("a key that has not the size of its table's is found", "[verify]") {
  Damaged damaged;
  struct Size {
    Table table;
    const char* bytes;
  };
  const auto [table, bytes] = GENERATE(
      Size{Table::inbox, "16"}, Size{Table::kept, "16"}, Size{Table::work, "24"},
      Size{Table::timers, "32"}, Size{Table::delayed, "32"}, Size{Table::results, "16"},
      Size{Table::executions, "16"}, Size{Table::history, "24"}, Size{Table::attempts, "8"},
      Size{Table::custom_status, "8"}, Size{Table::progress, "24"}, Size{Table::quarantine, "8"},
      Size{Table::awaited, "32"});
  damaged.plant(table, "key", make_key(one));
  damaged.finds(table, "key", std::string("the key has 3 bytes instead of ") + bytes, "");
}

TEST_CASE("a number that has not eight bytes is found", "[verify]") {
  Damaged damaged;
  const auto step = make_key(busy, one, std::uint64_t{2});
  SECTION("of the store itself") {
    damaged.plant(Table::meta, std::string(storage::meta_keys::openings), "x");
    damaged.finds(Table::meta, std::string(storage::meta_keys::openings),
                  "its number has 1 bytes instead of 8", "");
  }
  SECTION("of deliveries") {
    damaged.plant(Table::attempts, step, "x");
    damaged.finds(Table::attempts, step, "its number has 1 bytes instead of 8");
  }
  SECTION("of a pause") {
    damaged.plant(Table::paused, "ibusy", "x");
    damaged.finds(Table::paused, "ibusy", "its time has 1 bytes instead of 8", "");
    damaged.plant(Table::paused, "sx", make_key(one));
    damaged.finds(Table::paused, "sx", "neither an instance", "");
  }
}

TEST_CASE("a value without a name that code could have given it is found", "[verify][values]") {
  Damaged damaged;
  damaged.plant(Table::values, make_key(busy), "x");
  damaged.finds(Table::values, make_key(busy), "the key has no name of a value", "");
  const auto bytes = make_key(busy) + "\xff";
  damaged.plant(Table::values, bytes, "x");
  damaged.finds(Table::values, bytes, "UTF-8");
}

TEST_CASE("a row of an index that leads nowhere is found", "[verify]") {
  Damaged damaged;
  damaged.plant(Table::by_status, "x", "");
  damaged.finds(Table::by_status, "x", "the key is too short for an index", "");
  const auto wrong = storage::status_key(ExecutionStatus::failed, busy);
  damaged.plant(Table::by_status, wrong, "");
  damaged.finds(Table::by_status, wrong, "");
  const auto lost = storage::status_key(ExecutionStatus::running, nobody);
  damaged.plant(Table::by_status, lost, "");
  damaged.finds(Table::by_status, lost, "there is not", "");
}

TEST_CASE("a message with the number of a start, or a start with another, is found", "[verify]") {
  Damaged damaged;
  damaged.plant(Table::inbox, make_key(waiting, std::uint64_t{4}),
                model::encode_work_item(start_item("waiting")));
  damaged.finds(Table::inbox, make_key(waiting, std::uint64_t{4}),
                "the start of an execution, and only that, has the number 0", "waiting");
  damaged.plant(Table::inbox, make_key(busy, zero),
                model::encode_work_item(raise_item("busy", "Go")));
  damaged.finds(Table::inbox, make_key(busy, zero),
                "the start of an execution, and only that, has the number 0");
}

TEST_CASE("a message that no rewind would deliver is found where it is kept", "[verify][kept]") {
  Damaged damaged;
  damaged.plant(Table::kept, make_key(std::uint64_t{2}, one),
                model::encode_work_item(start_item("failed")));
  damaged.finds(Table::kept, make_key(std::uint64_t{2}, one), "which would not deliver it",
                "failed");
}

TEST_CASE("an activity of an execution to come, or of another incarnation, is found", "[verify]") {
  Damaged damaged;
  const auto row_of = [&](std::uint64_t execution, std::uint64_t incarnation) {
    storage::ActivityRow row{1, 0, {}};
    row.item.instance = "busy";
    row.item.execution_id = execution;
    row.item.id = 2;
    row.item.incarnation = incarnation;
    return storage::encode_activity_row(row);
  };
  const auto incarnation = damaged.record(busy).incarnation;
  const auto next = make_key(busy, std::uint64_t{2}, std::uint64_t{2});
  damaged.plant(Table::work, next, row_of(2, incarnation));
  damaged.finds(Table::work, next, "of an execution that has not begun");
  const auto now = make_key(busy, one, std::uint64_t{2});
  damaged.plant(Table::work, now, row_of(1, incarnation + 1));
  damaged.finds(Table::work, now, "of another incarnation than its instance");
}

TEST_CASE("a timer that is not what its key says is found", "[verify][timers]") {
  Damaged damaged;
  const auto due = from_milliseconds(1'000);
  const auto fired = [&](const char* instance, std::uint64_t execution, std::uint64_t id,
                         Timestamp fire_at) {
    work::TimerFired timer;
    timer.instance = instance;
    timer.execution_id = execution;
    timer.id = id;
    timer.fire_at = fire_at;
    return model::encode_work_item(timer);
  };
  const auto finds = [&](std::uint64_t execution, std::uint64_t id, std::string value,
                         const char* what) {
    const auto key = storage::TimerRow{due, busy, execution, id}.bytes();
    damaged.plant(Table::timers, key, std::move(value));
    damaged.finds(Table::timers, key, what);
    damaged.plant(Table::timers, key, std::nullopt);
  };
  finds(1, 3, "rubbish", "");
  finds(1, 3, fired("done", 1, 3, due), "it is for another instance, `done`");
  finds(1, 3, model::encode_work_item(raise_item("busy", "Go")), "than its key says");
  finds(1, 3, fired("busy", 2, 3, due), "than its key says");
  finds(1, 3, fired("busy", 1, 9, due), "than its key says");
  finds(1, 3, fired("busy", 1, 3, from_milliseconds(2'000)), "than its key says");
  finds(1, 9, fired("busy", 1, 9, due), "its instance does not wait for it");
  finds(0, 9, model::encode_work_item(raise_item("busy", "Go")), "is not listed among those");
  finds(0, 9, model::encode_work_item(start_item("busy")), "not the one that the instance waits");
  finds(0, 0, model::encode_work_item(start_item("busy")), "not the one that the instance waits");
  const auto listed = storage::TimerRow{due, busy, 0, 9}.delayed_bytes();
  damaged.plant(Table::delayed, listed, "");
  damaged.finds(Table::delayed, listed, "it names a timer that is not in the queue");
}

TEST_CASE("an instance that is older than the one before it is found", "[verify]") {
  Damaged damaged;
  auto record = damaged.record(busy);
  record.created_at = from_milliseconds(-1'000'000);
  damaged.plant(busy, record);
  damaged.finds(Table::instances, make_key(busy), "was created before instance number 2");
}

TEST_CASE("an execution that counts other events than its instance is found", "[verify][history]") {
  Damaged damaged;
  auto record =
      storage::decode_execution(damaged.get(Table::executions, make_key(one, one))).value();
  ++record.event_count;
  damaged.plant(Table::executions, make_key(one, one), storage::encode_execution(record));
  damaged.finds(Table::executions, make_key(one, one), "counts other events than the instance",
                "done");
}

}  // namespace duroxide::verify_keys_test
