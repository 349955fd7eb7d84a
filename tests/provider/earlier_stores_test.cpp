// Stores that earlier releases have written, one of each format closed and one killed: they are read or
// refused as they must be, opened, and gone on with until all in them has ended.

#include <map>
#include <string>
#include <utility>

#include <lmdb.h>
#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "provider/earlier_stores.hpp"
#include "provider/files.hpp"
#include "provider/journaled.hpp"
#include "provider/opened_store.hpp"
#include "provider/stores/programs.hpp"
#include "storage/format.hpp"

namespace duroxide::earlier_stores_test {

using namespace duroxide::earlier_stores;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Catch::Contains;
using Outputs = std::map<std::string, std::string>;

namespace {

std::uint64_t format_on_disk(const fs::path& directory) {
  std::uint64_t format = 0;
  (void)rows_on_disk(directory, to_string(storage::Table::meta), [&](MDB_txn* txn, MDB_dbi meta) {
    MDB_val key = storage::to_val(storage::meta_keys::format);
    MDB_val value{};
    REQUIRE(mdb_get(txn, meta, &key, &value) == 0);
    format = storage::number_at(storage::to_view(value), storage::format_magic.size());
  });
  return format;
}

/// All that the writer has left is there, and is told in today's words.
void check_as_left(OpenedStore& opened) {
  const Statuses statuses = opened.statuses();
  CHECK(statuses.size() == 19);
  for (const auto& [id, status] : statuses) {
    INFO(id << ": " << status.to_string());
    const bool has_ended = id == "completed" || id == "failed" || id == "cancelled";
    CHECK(status.is_running() != has_ended);
  }
  CHECK(statuses.at("completed").output_as<std::string>().value() == "hello world");
  CHECK(statuses.at("completed").custom_status().value_or("") == "greeting");
  CHECK_THAT(statuses.at("failed").to_string(), Contains("not now"));
  CHECK_FALSE(statuses.at("failed").is_cancelled());
  CHECK(statuses.at("cancelled").is_cancelled());
  CHECK_THAT(statuses.at("cancelled").to_string(), Contains("not wanted any more"));

  auto& management = *opened.management;
  CHECK(management.get_instance_counts().value() == InstanceCounts{19, 16, 1, 1, 1, 1});
  InstanceFilter filter;
  filter.status = {ExecutionStatus::cancelled};
  CHECK(opened.listed(filter) == std::vector<std::string>{"cancelled"});
  filter.status = {ExecutionStatus::failed};
  CHECK(opened.listed(filter) == std::vector<std::string>{"failed"});
  InstanceFilter tagged;
  tagged.tags = {"of Collect"};
  CHECK(opened.listed(tagged) == std::vector<std::string>{"cancelled", "waiting", "early"});
  InstanceFilter children;
  children.parent_instance = "parent";
  CHECK(opened.listed(children) == std::vector<std::string>{"child"});

  CHECK(management.list_executions("rounds").value() == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(opened.client->get_value("rounds", "round").value()->value == "3");
  CHECK(opened.client->get_value("completed", "name").value()->value == "world");
  const auto quarantined = management.list_quarantined().value();
  REQUIRE(quarantined.size() == 1);
  CHECK(quarantined.front().instance_id == "poison");
  CHECK(quarantined.front().since == written_at);
  const auto paused = management.list_paused().value();
  REQUIRE(paused.size() == 1);
  CHECK(paused.front().scope == PauseScope::of_instance("paused"));
  const auto calls = management.list_pending_activities("fan").value();
  REQUIRE(calls.size() == 1);
  CHECK(calls.front().tag == "elsewhere");
}

/// What the activity of `handed-over` has told of its token, in the words of its release.
ActivityToken told_token(OpenedStore& opened) {
  const auto calls = opened.management->list_pending_activities("handed-over").value();
  REQUIRE(calls.size() == 1);
  const auto text = decode_payload<std::string>(calls.front().progress.value()).value();
  return ActivityToken::parse(text).value();
}

/// Does what all of them wait for; a year passes. Returns how they have ended.
Outputs go_on(OpenedStore& opened) {
  auto& client = *opened.client;
  auto& management = *opened.management;
  CHECK(client.complete_activity(told_token(opened), std::string("from outside")));
  Runtime runtime(*opened.store, RuntimeOptions()
                                     .control_socket(false)
                                     .worker_tags(TagFilter::any())
                                     .log_sink([](const LogRecord&) {}));
  register_programs(runtime, true);
  runtime.register_orchestration("Newcomer", greet);
  REQUIRE(runtime.start());
  opened.settle();
  CHECK(client.raise_event("early", "first", std::string("one ")));
  CHECK(client.raise_event("rounds", "second", std::string("two ")));
  CHECK(client.enqueue_event("queue", "items", std::string("3")));
  CHECK(client.raise_event("racing", "first", std::string("in time")));
  CHECK(client.raise_event("recorded", "first", std::string("said")));
  for (const char* collects : {"waiting", "child"}) {
    CHECK(client.raise_event(collects, "first", std::string("one ")));
    CHECK(client.raise_event(collects, "second", std::string("two")));
  }
  CHECK(management.release_from_quarantine("poison").value() == 1);
  CHECK(management.resume(PauseScope::of_instance("paused")));
  CHECK(management.rewind_instance("failed"));
  opened.settle();
  CHECK(client.get_status("tomorrow").value().is_running());
  opened.clock->advance(24h);
  opened.settle();
  CHECK(client.get_status("tomorrow").value().is_completed());
  CHECK(client.get_status("sleeping").value().is_running());
  CHECK(client.get_status("insisting").value().is_running());
  opened.clock->advance(a_year);
  opened.settle();

  Outputs outputs;
  const Statuses statuses = opened.statuses();
  for (const auto& [id, status] : statuses) {
    outputs.emplace(
        id, status.is_completed() ? status.output_as<std::string>().value() : status.to_string());
  }
  return outputs;
}

Outputs expected(const std::string& guid) {
  return {{"cancelled", "Cancelled: not wanted any more"},
          {"child", "one two"},
          {"completed", "hello world"},
          {"early", "one two"},
          {"failed", "yes, may I"},
          {"fan", "hello a;hello b;hello c;"},
          {"handed-over", "from outside"},
          {"insisting", "yes, again"},
          {"parent", "the child says one two"},
          {"paused", "hello paused"},
          {"poison", "hello poison"},
          {"queue", "123"},
          {"racing", "in time"},
          {"recorded", guid + " 1700000000000 patched said"},
          {"rounds", "two one"},
          {"sleeping", "woken"},
          {"tomorrow", "hello tomorrow"},
          {"unregistered", "hello "},
          {"waiting", "one two"}};
}

EarlierStore generated() {
  return GENERATE(from_range(all_earlier_stores()));
}

}  // namespace

TEST_CASE("a store of each earlier format opens, and all that waits in it goes on",
          "[upgrade][lmdb]") {
  const EarlierStore earlier = generated();
  INFO(earlier.file);
  const Unpacked unpacked(earlier);
  REQUIRE(format_on_disk(unpacked.directory) == earlier.format);
  Outputs outputs;
  {
    OpenedStore opened(unpacked.directory);
    REQUIRE(opened.store);
    opened.verify();
    check_as_left(opened);
    const auto guid = opened.client->get_value("recorded", "guid").value();
    outputs = expected(decode_payload<std::string>(guid->value).value());
    CHECK(go_on(opened) == outputs);
    opened.verify();
    CHECK(opened.complaints.empty());
  }
  CHECK(format_on_disk(unpacked.directory) == storage::store_format);
  CHECK(rows_on_disk(unpacked.directory, storage::journal_name) == 0);

  OpenedStore again(unpacked.directory);
  REQUIRE(again.store);
  again.verify();
  for (const auto& [id, status] : again.statuses()) {
    CHECK((status.is_completed() ? status.output_as<std::string>().value() : status.to_string()) ==
          outputs.at(id));
  }
}

TEST_CASE("a killed store of an earlier format has rows in its journal that its tables have not",
          "[upgrade][lmdb]") {
  const EarlierStore earlier = generated();
  INFO(earlier.file);
  const bool had_journal = earlier.format == 2 || earlier.format == 3;
  if (had_journal) {
    const Unpacked unpacked(earlier);
    CHECK((rows_on_disk(unpacked.directory, storage::journal_name) > 0) == earlier.killed);
  }
}

TEST_CASE("a store of an earlier format is read as it is, or refused where cancelled was failed",
          "[upgrade][lmdb][read-only]") {
  const EarlierStore earlier = generated();
  INFO(earlier.file);
  const Unpacked unpacked(earlier);
  const auto before = contents(unpacked.directory);
  {
    OpenedStore reader(unpacked.directory, &LmdbProvider::open_read_only);
    if (earlier.format < 3) {
      REQUIRE(reader.error);
      CHECK(reader.error->kind == ProviderError::Kind::read_only);
      CHECK_THAT(reader.error->message, Contains("earlier release"));
    } else {
      REQUIRE(reader.store);
      reader.verify();
      check_as_left(reader);
    }
  }
  CHECK(contents(unpacked.directory).at("data.mdb") == before.at("data.mdb"));
}

}  // namespace duroxide::earlier_stores_test
