// The facades on a real store, whose turns and activities the test takes itself.

#include <catch2/catch.hpp>

#include <duroxide/client.hpp>

#include "provider/world.hpp"

namespace duroxide::store_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ClientError::Kind;

namespace {

struct Instance {
  World world{GENERATE(Backend::memory, Backend::lmdb)};
  std::optional<Client> client{Client(*world.store)};

  Instance() { world.start("i"); }
  ~Instance() {
    client.reset();
    world.run();
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// Another turn that changes what `change` says.
  template <class Change>
  void turn(const Change& change) {
    if (turns_++ > 0) {
      world.raise("i", "Go");
    }
    auto ack = ack_of(world.fetch_one());
    change(ack);
    REQUIRE(world.ack(ack));
  }
  void set(const std::string& key, const std::string& value, std::uint64_t version) {
    turn([&](AckOrchestrationItem& ack) {
      StoredValue stored;
      stored.key = key;
      stored.value = value;
      stored.version = version;
      ack.values = {{key, stored}};
    });
  }
  void end() {
    if (turns_++ > 0) {
      world.raise("i", "Go");
    }
    REQUIRE(world.ack(complete_of(world.fetch_one())));
  }
  /// An activity of the instance that waits for a worker.
  ActivityToken schedule() {
    auto item = [&] {
      if (turns_++ > 0) {
        world.raise("i", "Go");
      }
      return world.fetch_one();
    }();
    const std::uint64_t id = item.history_size + 2;
    auto ack = ack_of(item, {started_event(), scheduled_event(id)});
    ack.worker_items = {activity(item, id)};
    REQUIRE(world.ack(ack));
    const auto open = client->management().value().list_pending_activities("i").value();
    return ActivityToken::parse(open.at(0).token).value();
  }

 private:
  int turns_ = 0;
};

template <class Result>
Kind kind_of(const Result& result) {
  REQUIRE_FALSE(result);
  return result.error().kind;
}

}  // namespace

TEST_CASE("client on a store: values are those of the last turn", "[client][values]") {
  Instance f;
  CHECK_FALSE(f.client->get_value("i", "k").value());
  CHECK(f.client->get_all_values("i").value().empty());
  CHECK_FALSE(f.client->get_value("nobody", "k").value());
  CHECK(f.client->get_all_values("nobody").value().empty());
  f.set("k", "one", 1);
  f.set("l", "two", 2);
  CHECK((*f.client->get_value("i", "k"))->value == "one");
  const auto all = f.client->get_all_values("i").value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].key == "k");
  CHECK(all[1].version == 2);
}

TEST_CASE("client on a store: waiting for a value without time", "[client][values][waits]") {
  Instance f;
  const auto look = [&](std::uint64_t after) {
    return f.client->wait_for_value("i", "k", 0ms, after);
  };
  CHECK(kind_of(look(0)) == Kind::timeout);
  CHECK_FALSE(f.client->wait_for_value("nobody", "k", 0ms).value());
  f.set("k", "one", 1);
  CHECK((*look(0))->value == "one");
  CHECK(kind_of(look(1)) == Kind::timeout);
  f.set("k", "two", 2);
  CHECK((*look(1))->value == "two");
  f.end();
  CHECK((*look(1))->value == "two");
  CHECK_FALSE(look(2).value());
}

TEST_CASE("client on a store: a wait for a value ends when it is set, or cannot be any more",
          "[client][values][waits]") {
  Instance f;
  std::optional<Client::Value> value;
  f.client->wait_for_value("i", "k", 1, [&](auto outcome) { value = std::move(outcome); });
  f.set("k", "one", 1);
  CHECK_FALSE(value);
  SECTION("set") {
    f.set("k", "two", 2);
    REQUIRE(value);
    CHECK((**value)->value == "two");
  }
  SECTION("ended") {
    f.end();
    REQUIRE(value);
    CHECK_FALSE(value->value());
  }
}

TEST_CASE("client on a store: waiting for another custom status",
          "[client][waits][custom-status]") {
  Instance f;
  const auto say = [&](const std::string& text, std::uint64_t version) {
    f.turn([&](AckOrchestrationItem& ack) {
      ack.custom_status = CustomStatusChange{text, version};
    });
  };
  CHECK(kind_of(f.client->wait_for_status_change("nobody", 0, 0ms)) == Kind::instance_not_found);
  CHECK(kind_of(f.client->wait_for_status_change("i", 0, 0ms)) == Kind::timeout);
  std::optional<Client::Status> status;
  f.client->wait_for_status_change("i", 1, [&](auto outcome) { status = std::move(outcome); });
  say("half", 1);
  CHECK_FALSE(status);
  CHECK(f.client->wait_for_status_change("i", 0, 0ms).value().custom_status() == "half");
  SECTION("changed") {
    say("most", 2);
    REQUIRE(status);
    CHECK((*status)->custom_status() == "most");
    CHECK((*status)->custom_status_version() == 2);
  }
  SECTION("ended") {
    f.end();
    REQUIRE(status);
    CHECK((*status)->is_completed());
    CHECK((*status)->custom_status() == "half");
    CHECK(f.client->wait_for_status_change("i", 9, 0ms).value().is_completed());
  }
}

TEST_CASE("client on a store: messages reach their instance in order", "[client][queues]") {
  Instance f;
  f.turn([](AckOrchestrationItem&) {});
  REQUIRE(f.client->enqueue_event("i", "Q", 1));
  REQUIRE(f.client->enqueue_event("i", "Q", 2));
  CHECK(f.world.fetch_one().messages == std::vector<WorkItem>{work::QueueMessage{"i", "Q", "1"},
                                                              work::QueueMessage{"i", "Q", "2"}});
  CHECK(kind_of(f.client->enqueue_event("nobody", "Q")) == Kind::instance_not_found);
}

TEST_CASE("client on a store: no messages for what has ended", "[client][queues]") {
  Instance f;
  f.end();
  CHECK(kind_of(f.client->enqueue_event("i", "Q")) == Kind::instance_finished);
}

TEST_CASE("client on a store: an activity is finished from outside, once", "[client][activities]") {
  Instance f;
  const bool running = GENERATE(false, true);
  const bool fails = GENERATE(false, true);
  const ActivityToken token = f.schedule();
  if (running) {
    (void)f.world.fetch_work();
  }
  const Client::Done done = fails ? f.client->fail_activity(token, "no money")
                                  : f.client->complete_activity(token, std::string("done"));
  REQUIRE(done);
  const auto item = f.world.fetch_one();
  REQUIRE(item.messages.size() == 1);
  if (fails) {
    const auto& failed = std::get<work::ActivityFailed>(item.messages[0]);
    CHECK(failed.details.message == "no money");
    CHECK(failed.details.chain.size() == 1);
  } else {
    CHECK(item.messages[0] == WorkItem(work::ActivityCompleted{"i", 1, token.event_id, "done"}));
  }
  const auto again = f.client->complete_activity(token, std::string("again"));
  CHECK(kind_of(again) == Kind::activity_not_found);
  CHECK_THAT(again.error().message, Catch::Contains(token.to_string()));
  CHECK(kind_of(f.client->heartbeat_activity(token, 1)) == Kind::activity_not_found);
}

TEST_CASE("client on a store: management shows open activities and their heartbeats",
          "[client][activities][heartbeats][management]") {
  Instance f;
  const auto management = f.client->management().value();
  const ActivityToken token = f.schedule();
  REQUIRE(management.list_pending_activities("i").value().size() == 1);
  CHECK_FALSE(management.list_pending_activities("i").value().at(0).progress);
  REQUIRE(f.client->heartbeat_activity(token, 40));
  CHECK(management.list_pending_activities("i").value().at(0).progress == "40");
  CHECK(kind_of(management.list_pending_activities("nobody")) == Kind::instance_not_found);
  REQUIRE(f.client->complete_activity(token));
  CHECK(management.list_pending_activities("i").value().empty());
}

TEST_CASE("client on a store: what is in quarantine is listed and released",
          "[client][management][quarantine]") {
  Instance f;
  const auto management = f.client->management().value();
  CHECK(management.list_quarantined().value().empty());
  AbandonOrchestrationItem abandon;
  abandon.lock_token = f.world.fetch_one().lock_token;
  abandon.quarantine = "started ten times";
  REQUIRE(f.world.ask<Done>(*f.world.dispatcher, abandon));
  CHECK(f.world.nothing_to_fetch());
  REQUIRE(management.list_quarantined().value().size() == 1);
  CHECK(management.list_quarantined().value().at(0).instance_id == "i");
  CHECK(management.list_quarantined().value().at(0).reason == "started ten times");
  CHECK(management.release_from_quarantine("i") == 1U);
  CHECK(f.world.fetch_one().attempt_count == 1);
  CHECK(management.list_quarantined().value().empty());
  CHECK(kind_of(management.release_from_quarantine("nobody")) == Kind::instance_not_found);
}

}  // namespace duroxide::store_test
