// Instances with long payloads on the disk: each record has a payload once, and so has each commit of the
// log, and what is read of them is what was given.

#include <filesystem>
#include <string>

#include <lmdb.h>
#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "provider/files.hpp"
#include "provider/journaled.hpp"
#include "provider/opened_store.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::long_payloads_test {

using namespace duroxide::testing;
using duroxide::earlier_stores::OpenedStore;

namespace {

const std::string& text() {
  static const std::string payload(50'000, 'p');
  return payload;
}

/// The input goes to an activity twice and comes back; then the instance waits, and ends with what came.
Task<std::string> twice(OrchestrationContext context, std::string input) {
  const std::string first = co_await context.schedule_activity("Return", input);
  const std::string second = co_await context.schedule_activity("Return", input);
  const std::string event = co_await context.wait_for_external_event("go");
  co_return second == first ? first + event : "they differ";
}

/// Lets `Twice` run as far as it comes.
class Running {
 public:
  explicit Running(OpenedStore& opened)
      : runtime_(*opened.store,
                 RuntimeOptions().control_socket(false).log_sink([](const LogRecord&) {})) {
    runtime_.register_orchestration("Twice", twice);
    runtime_.register_activity("Return", [](std::string input) { return input; });
    REQUIRE(runtime_.start());
    opened.settle();
  }

 private:
  Runtime runtime_;
};

/// How often the text stands in a table, as it is on the disk.
std::size_t times_in(const fs::path& directory, storage::Table table) {
  std::size_t times = 0;
  (void)rows_on_disk(directory, to_string(table), [&](MDB_txn* txn, MDB_dbi dbi) {
    MDB_cursor* cursor = nullptr;
    REQUIRE(mdb_cursor_open(txn, dbi, &cursor) == 0);
    MDB_val key{};
    MDB_val value{};
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
      const std::string_view row = storage::to_view(value);
      for (auto at = row.find(text()); at != std::string_view::npos;
           at = row.find(text(), at + text().size())) {
        ++times;
      }
    }
    mdb_cursor_close(cursor);
  });
  return times;
}

std::size_t times_in_log(const fs::path& directory) {
  std::size_t times = 0;
  for (const auto& [name, bytes] : contents(directory)) {
    for (auto at = name.starts_with("duroxide.log") ? bytes.find(text()) : std::string::npos;
         at != std::string::npos; at = bytes.find(text(), at + text().size())) {
      ++times;
    }
  }
  return times;
}

/// Goes on with the instance that waits in `directory`, to its end.
void check_going_on(const fs::path& directory) {
  OpenedStore opened(directory);
  REQUIRE(opened.store);
  opened.verify();
  const Running running(opened);  // it is replayed
  CHECK(opened.client->get_status("i").value().is_running());
  CHECK(opened.client->raise_event("i", "go", std::string(" gone")));
  opened.settle();
  CHECK(opened.client->get_status("i").value().output_as<std::string>().value() ==
        text() + " gone");
  opened.verify();
  CHECK(opened.complaints.empty());
}

}  // namespace

TEST_CASE("a long payload is in a record and in a commit once, and is read after any end",
          "[payloads][lmdb][restart]") {
  const TempDir temp;
  const fs::path directory = temp.path() / "store";
  const fs::path killed = temp.path() / "killed";
  std::string exported;
  {
    OpenedStore opened(directory);
    REQUIRE(opened.store);
    {
      const Running running(opened);
      CHECK(opened.client->start_orchestration("i", "Twice", text()));
      opened.settle();
    }
    exported = opened.management->export_instance("i").value();
    fs::copy(directory, killed);
    fs::remove(killed / "lock.mdb");
  }
  // Once for each commit that brought it: the start with the first activity, its result with the second, and
  // the last result.
  CHECK(times_in_log(killed) == 3);
  // The rows of three turns: the start with a call, a result with a call, a result.
  CHECK(times_in(directory, storage::Table::history) == 3);

  {
    OpenedStore reader(killed, &LmdbProvider::open_read_only);
    REQUIRE(reader.store);
    CHECK(reader.management->export_instance("i").value() == exported);
    reader.verify();
  }
  for (const fs::path& each : {killed, directory}) {
    check_going_on(each);
    CHECK(times_in(each, storage::Table::history) == 4);  // and the output
    CHECK(times_in(each, storage::Table::results) == 1);
    CHECK(times_in(each, storage::Table::work) + times_in(each, storage::Table::inbox) == 0);
  }

  // In an export each event has its own.
  const Store store = MemoryProvider::open().value();
  const ManagementClient elsewhere(store);
  CHECK(elsewhere.import_instance(exported));
  const std::string again = elsewhere.export_instance("i").value();
  CHECK(instance_from_json(again).value().executions ==
        instance_from_json(exported).value().executions);
}

}  // namespace duroxide::long_payloads_test
