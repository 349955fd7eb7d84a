// Updates end to end: asked from many threads, through restarts, restores and ends.

#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include "scenario.hpp"

namespace duroxide::updates_scenarios_test {

using namespace duroxide::scenario;
using Kind = ClientError::Kind;

namespace {

struct Item {
  std::string name;
  int price = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(name), CEREAL_NVP(price));
  }
};

constexpr Update<Item, int> add_item{"AddItem"};

/// Adds prices up until somebody pays.
Task<std::string> cart(OrchestrationContext ctx) {
  int total = 0;
  bool is_paid = false;
  const auto add = [&](const Item& item) { return total += item.price; };
  const auto check = [&](const Item& item) -> Result<void, std::string> {
    if (item.price < 0) {
      return failure(item.name + " has a negative price");
    }
    return {};
  };
  const auto pay = [&](int amount) {
    if (amount != total) {
      throw std::runtime_error(std::to_string(total) + " is to be paid");
    }
    is_paid = true;
  };
  ctx.on_update(add_item, add, check);
  ctx.on_update<int, void>("Pay", pay);
  ctx.on_query<std::string, int>("Total", [&](const std::string&) { return total; });
  const auto paid = [&] { return is_paid; };
  co_await ctx.wait_until(paid);
  co_return std::to_string(total);
}

/// Handles nothing before it is told to, in its second execution.
Task<std::string> opens_late(OrchestrationContext ctx, int round) {
  std::string text;
  const auto append = [&](const std::string& more) { return text += more; };
  if (round == 2) {
    co_await ctx.wait_for_external_event("Open");
    ctx.on_update<std::string, std::string>("Append", append);
  }
  text += co_await ctx.wait_for_external_event("Go");
  if (round == 1) {
    co_await ctx.continue_as_new(2);
  }
  co_return text;
}

/// Has a handler that must not do what it does.
Task<std::string> drops(OrchestrationContext ctx) {
  auto event = std::make_unique<DurableFuture<std::string>>(ctx.wait_for_external_event("Go"));
  const auto drop = [&](const std::string& text) {
    event.reset();
    return text;
  };
  const auto read = [&](const std::string& text) { return text + (event ? " is there" : " gone"); };
  ctx.on_query<std::string, std::string>("Drop", drop);
  ctx.on_query<std::string, std::string>("Read", read);
  std::string end = co_await ctx.wait_for_external_event("End");
  end += event ? " with it" : " without it";
  co_return end;
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Cart", cart)
      .register_orchestration("Drops", drops)
      .register_orchestration("OpensLate", opens_late)
      .register_activity(
          "Fail", [](const std::string&) -> std::string { throw std::runtime_error("failed"); });
}

UpdateOptions ample_time() {
  return UpdateOptions().timeout(ample);
}

Item item(const std::string& name, int price) {
  Item made;
  made.name = name;
  made.price = price;
  return made;
}

}  // namespace

TEST_CASE("a client asks and is answered", "[updates]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("c", "Cart");
  CHECK(s.client().update("c", add_item, item("pen", 3), ample_time()).value() == 3);
  CHECK(s.client().update<int>("c", "AddItem", item("ink", 4), ample_time()).value() == 7);
  const auto refused = s.client().update("c", add_item, item("hole", -1), ample_time());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::update_refused);
  CHECK(refused.error().message == "hole has a negative price");
  const auto failed = s.client().update<void>("c", "Pay", 5, ample_time());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == Kind::update_failed);
  CHECK(failed.error().message == "7 is to be paid");
  CHECK(s.client().update<void>("c", "Pay", 7, ample_time()));
  CHECK(s.wait("c").output() == "7");
  CHECK(s.types("c") == std::vector<std::string>{
                            "OrchestrationStarted", "UpdateReceived", "UpdateAnswered",
                            "UpdateReceived", "UpdateAnswered", "UpdateReceived", "UpdateAnswered",
                            "UpdateReceived", "UpdateAnswered", "OrchestrationCompleted"});
  const auto over = s.client().update("c", add_item, item("pen", 3), ample_time());
  REQUIRE_FALSE(over);
  CHECK(over.error().kind == Kind::instance_finished);
  CHECK(s.client().update("nobody", add_item, item("pen", 3)).error().kind ==
        Kind::instance_not_found);
}

TEST_CASE("updates from many threads are each done once", "[updates][threads]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("c", "Cart");
  constexpr int threads = 4;
  constexpr int each = 25;
  std::vector<std::future<std::set<int>>> answers;
  for (int thread = 0; thread < threads; ++thread) {
    answers.push_back(std::async(std::launch::async, [&s] {
      std::set<int> seen;
      for (int i = 0; i < each; ++i) {
        seen.insert(s.client().update("c", add_item, item("pen", 1), ample_time()).value());
      }
      return seen;
    }));
  }
  std::set<int> all;
  for (auto& answer : answers) {
    all.merge(answer.get());
  }
  CHECK(all.size() == threads * each);
  CHECK(*all.rbegin() == threads * each);
}

TEST_CASE("the same id is done once, whoever asks and whatever ended meanwhile",
          "[updates][restart]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("c", "Cart");
  const auto once = UpdateOptions().timeout(ample).id("once");
  CHECK(s.client().update("c", add_item, item("pen", 3), once).value() == 3);
  CHECK(s.client().update("c", add_item, item("pen", 3), once).value() == 3);
  s.restart();
  CHECK(s.client().update("c", add_item, item("pen", 3), once).value() == 3);
  CHECK(s.client().update("c", add_item, item("ink", 1), ample_time()).value() == 4);
  CHECK(s.client().update<void>("c", "Pay", 4, ample_time()));
  CHECK(s.wait("c").output() == "4");
  CHECK(s.client().update("c", add_item, item("pen", 3), once).value() == 3);
}

TEST_CASE("an update without a runtime is done by the next one", "[updates][restart]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("c", "Cart");
  CHECK(s.client().update("c", add_item, item("pen", 3), ample_time()).value() == 3);
  s.stop_runtime();
  const auto key = UpdateOptions().timeout(0s).id("key");
  CHECK(s.client().update("c", add_item, item("ink", 4), key).error().kind == Kind::timeout);
  s.restart();
  const auto again = UpdateOptions().timeout(ample).id("key");
  CHECK(s.client().update("c", add_item, item("ink", 4), again).value() == 7);
}

TEST_CASE("an update waits for its handler across continue-as-new", "[updates][continue-as-new]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("l", "OpensLate", 1);
  std::promise<Result<std::string, ClientError>> first;
  s.client().update<std::string>("l", "Append", std::string("a"), UpdateOptions().id("a"),
                                 [&](auto answer) { first.set_value(std::move(answer)); });
  s.raise("l", "Go");
  s.raise("l", "Open");
  CHECK(first.get_future().get().value() == "a");
  CHECK(s.client().update("l", "Append", std::string("b"), ample_time()).value() == "ab");
  s.raise("l", "Go", std::string("c"));
  CHECK(s.wait("l").output() == "abc");
}

TEST_CASE("an instance that ends without an answer tells those who wait", "[updates][stop]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("l", "OpensLate", 1);
  std::promise<Result<std::string, ClientError>> asked;
  s.client().update<std::string>("l", "Append", std::string("a"), UpdateOptions(),
                                 [&](auto answer) { asked.set_value(std::move(answer)); });
  const auto management = s.client().management().value();
  SECTION("terminated") {
    CHECK(management.terminate_instance("l", "enough"));
  }
  SECTION("cancelled") {
    CHECK(s.client().cancel_orchestration("l", "enough"));
  }
  const auto answer = asked.get_future().get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::instance_finished);
  CHECK_THAT(answer.error().message, Catch::Contains("has not answered"));
}

TEST_CASE("updates that wait are listed, exported and dropped", "[updates][management][json]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("l", "OpensLate", 2);
  CHECK(s.client()
            .update("l", "Append", std::string("a"), UpdateOptions().timeout(0s).id("a"))
            .error()
            .kind == Kind::timeout);
  const auto management = s.client().management().value();
  s.stop_runtime();
  std::promise<Result<std::string, ClientError>> dropped;
  s.client().update<std::string>("l", "Append", std::string("b"), UpdateOptions().id("b"),
                                 [&](auto answer) { dropped.set_value(std::move(answer)); });
  // The second is behind the first, which a turn has taken or not.
  const auto messages = management.list_messages("l").value();
  REQUIRE_FALSE(messages.empty());
  const auto& last = messages.back();
  CHECK(last.kind == "UpdateRequest");
  CHECK(last.name == "Append");
  CHECK(last.data == "b");
  CHECK(management.drop_message("l", last.message_id));
  const auto answer = dropped.get_future().get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::update_refused);
  CHECK_THAT(answer.error().message, Catch::Contains("dropped by an operator"));

  const auto exported = management.export_instance("l").value();
  CHECK(management.import_instance(exported, "copy"));
  s.start_runtime();
  for (const char* id : {"l", "copy"}) {
    s.raise(id, "Open");
    s.raise(id, "Go", std::string("."));
    CHECK(s.wait(id).output() == "a.");
  }
}

TEST_CASE("a client looks into an instance, resident or not, and leaves no trace",
          "[queries][residency]") {
  RuntimeOptions options;
  options.max_resident_instances(GENERATE(0U, 100U));
  Scenario s(EVERY_BACKEND, register_all, options);
  s.start("c", "Cart");
  const std::string none;
  CHECK(s.client().query<int>("c", "Total", none, ample).value() == 0);
  CHECK(s.client().update("c", add_item, item("pen", 3), ample_time()).value() == 3);
  CHECK(s.client().query<int>("c", "Total", none, ample).value() == 3);
  const auto before = s.types("c");
  std::promise<Result<int, ClientError>> total;
  s.client().query<int>("c", "Total", none, ample,
                        [&](auto answer) { total.set_value(std::move(answer)); });
  CHECK(total.get_future().get().value() == 3);
  CHECK(s.types("c") == before);
  const auto unknown = s.client().query<int>("c", "Sum", none, ample);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == Kind::query_failed);
  CHECK_THAT(unknown.error().message, Catch::Contains("no query `Sum`; it has `Total`"));
  s.restart();
  CHECK(s.client().query<int>("c", "Total", none, ample).value() == 3);
  s.stop_runtime();
  CHECK(s.client().query<int>("c", "Total", none, 1ms).error().kind == Kind::timeout);
  s.start_runtime();
  CHECK(s.client().update<void>("c", "Pay", 3, ample_time()));
  CHECK(s.wait("c").output() == "3");
  CHECK(s.client().query<int>("c", "Total", none, ample).error().kind == Kind::instance_finished);
  CHECK(s.client().query<int>("nobody", "Total", none, ample).error().kind ==
        Kind::instance_not_found);
}

TEST_CASE("a query whose handler drops a future fails alone, and its instance goes on",
          "[queries][residency][errors]") {
  RuntimeOptions options;
  options.max_resident_instances(GENERATE(0U, 100U));
  Scenario s(EVERY_BACKEND, register_all, options);
  s.start("d", "Drops");
  const auto ask = [&](const char* name) {
    return s.client().query<std::string>("d", name, std::string("it"), ample);
  };
  for (int i = 0; i < 2; ++i) {
    const auto failed = ask("Drop");
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == Kind::query_failed);
    CHECK_THAT(
        failed.error().message,
        Catch::Contains("the handler of a query must not drop or cancel the future of `Go`"));
    CHECK(ask("Read").value() == "it is there");
  }
  s.raise("d", "End", std::string("ended"));
  CHECK(s.wait("d").output() == "ended with it");
}

TEST_CASE("looks from many threads while updates come", "[queries][updates][threads]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("c", "Cart");
  std::atomic<bool> done = false;
  auto looks = std::async(std::launch::async, [&] {
    int last = 0;
    int steps_back = 0;
    do {
      const int now = s.client().query<int>("c", "Total", std::string(), ample).value();
      steps_back += now < last ? 1 : 0;
      last = now;
    } while (!done);
    return steps_back;
  });
  for (int i = 0; i < 50; ++i) {
    const int told = s.client().update("c", add_item, item("pen", 1), ample_time()).value();
    CHECK(s.client().query<int>("c", "Total", std::string(), ample).value() == told);
  }
  done = true;
  CHECK(looks.get() == 0);
}

}  // namespace duroxide::updates_scenarios_test
