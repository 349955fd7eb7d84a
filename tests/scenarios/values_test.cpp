// Key-value state: what an orchestration sets, and what clients and other instances read of it.

#include <sstream>

#include "scenario.hpp"

namespace duroxide::values_test {

using namespace duroxide::scenario;

namespace {

template <class Values>
std::string text_of(const Values& values) {
  std::string text;
  for (const auto& [key, value] : values) {
    text += key + "=" + value + " ";
  }
  return text;
}

/// What the orchestration itself sees of its entries.
std::string held_by(const OrchestrationContext& context) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [key, stored] : context.values()) {
    entries.emplace_back(key, context.get_value(key).value());
  }
  return text_of(entries);
}

/// Carries out `set KEY VALUE`, `clear KEY` and `clear-all`, as many as there are; gives what the
/// limits refused.
std::string edit(OrchestrationContext& context, const std::string& commands) {
  std::istringstream words(commands);
  std::string refused;
  for (std::string command, key, value; words >> command;) {
    if (command == "clear-all") {
      context.clear_all_values();
    } else if (command == "clear") {
      words >> key;
      context.clear_value(key);
    } else if (command == "set") {
      words >> key >> value;
      const auto before = context.get_value(key);
      try {
        context.set_value(key, value);
      } catch (const OrchestrationError& error) {
        refused += "!" + key + ": " + std::string(to_string(error.details().kind));
        if (context.get_value(key) != before) {
          throw;
        }
      }
    }
  }
  return refused;
}

/// A turn of edits for each message, and in its custom status what it holds after them. `next` goes
/// on in another execution, `end` ends.
Task<std::string> edits(OrchestrationContext context) {
  std::string commands;
  while (commands != "end") {
    commands = co_await context.dequeue_event("Edits");
    const std::string refused = edit(context, commands);
    context.set_custom_status(held_by(context) + refused);
    if (commands == "next") {
      co_await context.continue_as_new();
    }
  }
  co_return held_by(context);
}

/// Sends edits to the instance `i`; gives what it says that it holds, which clients must see as well.
std::string after(Scenario& s, const std::string& commands) {
  const auto seen = s.client().get_status("i").value().custom_status_version();
  REQUIRE(s.client().enqueue_event("i", "Edits", commands));
  const auto status = s.client().wait_for_status_change("i", seen, ample).value();
  const auto values = s.client().get_all_values("i").value();
  std::vector<std::pair<std::string, std::string>> entries;
  for (const StoredValue& stored : values) {
    entries.emplace_back(stored.key, stored.value);
    CHECK(s.client().get_value("i", stored.key).value() == stored);
  }
  const std::string told = status.custom_status().value();
  CHECK(told.substr(0, told.find('!')) == text_of(entries));
  return told;
}

/// Adds one for each step, five in each execution, and notes the executions.
Task<int> counter(OrchestrationContext context, int end) {
  int count = context.get_value<int>("count").value_or(0);
  context.set_value("executions", context.get_value("executions").value_or("") +
                                      std::to_string(context.execution_id()));
  for (int step = 0; step < 5; ++step) {
    const int next = co_await context.schedule_activity<int>("AddOne", count);
    context.set_value("count", next);
    count = context.get_value<int>("count").value();
  }
  if (count < end) {
    co_await context.continue_as_new(end);
  }
  co_return count;
}

struct Settings {
  std::string name;
  std::vector<int> sizes;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("name", name), cereal::make_nvp("sizes", sizes));
  }
};

Task<std::string> typed(OrchestrationContext context) {
  std::string seen;
  Settings settings{"wide", {1, 2}};
  context.set_value("settings", settings);
  context.set_value("flag", true);
  context.set_value("number", -3);
  co_await context.schedule_activity("Echo", std::string("another turn"));
  settings = context.get_value<Settings>("settings").value();
  seen += settings.name + std::to_string(settings.sizes.at(1));
  seen += context.get_value<bool>("flag").value() ? " true " : " false ";
  seen += std::to_string(context.get_value<int>("number").value());
  try {
    (void)context.get_value<int>("settings");
  } catch (const PayloadError& error) {
    seen += error.details().message.find("`settings`") != std::string::npos ? " named" : " unnamed";
  }
  co_return seen;
}

/// Reads an entry of another instance as an int, which it may not be.
Task<int> reads_number(OrchestrationContext context, std::string key) {
  const std::optional<int> number = co_await context.read_value<int>("i", key);
  co_return number.value_or(-1);
}

/// Reads the same entry twice, and some that do not exist.
Task<std::string> reads_twice(OrchestrationContext context) {
  const std::optional<std::string> first = co_await context.read_value("i", "n");
  context.set_custom_status(first.value_or("none"));
  co_await context.wait_for_external_event("Again");
  auto second = context.read_value<int>("i", "n");
  auto no_entry = context.read_value("i", "nothing");
  auto no_instance = context.read_value("nobody", "n");
  const auto all =
      co_await when_all(std::move(second), std::move(no_entry), std::move(no_instance));
  co_return first.value_or("none") + "," + std::to_string(std::get<0>(all).value_or(-1)) +
      (std::get<1>(all) ? " some" : " none") + (std::get<2>(all) ? " some" : " none");
}

/// Answers each request, `ID text`, in an entry named by its id.
Task<int> serves(OrchestrationContext context) {
  int served = 0;
  std::string request = co_await context.wait_for_external_event("Request");
  while (request != "stop") {
    const auto space = request.find(' ');
    const std::string answer =
        co_await context.schedule_activity("Echo", request.substr(space + 1));
    context.set_value("answer/" + request.substr(0, space), answer);
    ++served;
    request = co_await context.wait_for_external_event("Request");
  }
  co_return served;
}

Task<std::string> echoes_into(OrchestrationContext context, std::string key) {
  const std::string echo = co_await context.schedule_activity("Echo", key);
  context.set_value(key, echo);
  co_return context.get_value(key).value();
}

/// Sets entries before, between and after all kinds of waits.
Task<std::string> interleaved(OrchestrationContext context) {
  std::vector<DurableFuture<int>> parts;
  context.set_value("begin", 1);
  auto quick = context.schedule_activity("Echo", std::string("quick"));
  auto patience = context.schedule_timer(1h);
  const auto winner = co_await when_any(std::move(quick), std::move(patience));
  context.set_value("won", winner.index());
  co_await context.schedule_timer(1ms);
  context.set_value("begin", context.get_value<int>("begin").value() + 1);
  for (int i = 0; i < 5; ++i) {
    parts.push_back(context.schedule_activity<int>("AddOne", i));
    context.set_value("part" + std::to_string(i), i);
  }
  int sum = 0;
  for (const int part : co_await when_all(std::move(parts))) {
    sum += part;
  }
  context.set_value("sum", sum);
  context.clear_value("part0");
  const auto both = co_await when_all(echoes_into(context, "left"), echoes_into(context, "right"));
  co_return held_by(context) + std::get<0>(both) + std::get<1>(both);
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Edits", edits)
      .register_orchestration("Counter", counter)
      .register_orchestration("Typed", typed)
      .register_orchestration("ReadsNumber", reads_number)
      .register_orchestration("ReadsTwice", reads_twice)
      .register_orchestration("Serves", serves)
      .register_orchestration("Interleaved", interleaved)
      .register_activity("AddOne", [](int number) { return number + 1; })
      .register_activity("Echo", [](std::string text) { return text; });
}

RuntimeOptions any_residency() {
  return RuntimeOptions().max_resident_instances(GENERATE(0U, 100U));
}

}  // namespace

TEST_CASE("values are set, replaced and cleared, within a turn and over several", "[values]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  s.start("i", "Edits");
  CHECK(after(s, "set a 1 set b 2") == "a=1 b=2 ");
  CHECK(after(s, "set a 3 set a 4") == "a=4 b=2 ");
  CHECK(after(s, "clear a clear nothing") == "b=2 ");
  CHECK(after(s, "set a 5 clear a set a 6") == "a=6 b=2 ");
  CHECK(after(s, "clear-all") == "");
  CHECK(after(s, "set c 1 clear-all set d 7") == "d=7 ");
  CHECK(after(s, "end") == "d=7 ");
  CHECK(s.wait("i").output() == "d=7 ");
  CHECK(s.client().get_value("i", "d").value()->value == "7");
  CHECK_FALSE(s.client().get_value("i", "a").value());
}

TEST_CASE("values go on with continue-as-new, to be replaced and cleared there",
          "[values][continue-as-new]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  s.start("i", "Edits");
  CHECK(after(s, "set a 1 set b 2 set c 3") == "a=1 b=2 c=3 ");
  const auto version = s.client().get_value("i", "c").value()->version;
  CHECK(after(s, "next") == "a=1 b=2 c=3 ");
  CHECK(after(s, "set a 4 clear b") == "a=4 c=3 ");
  CHECK(s.client().get_value("i", "a").value()->version > version);
  CHECK(s.client().get_value("i", "c").value()->version == version);
  CHECK(after(s, "next") == "a=4 c=3 ");
  s.restart();
  CHECK(after(s, "set b 5") == "a=4 b=5 c=3 ");
  CHECK(after(s, "clear-all") == "");
  CHECK(after(s, "next") == "");
  CHECK(after(s, "set a 6") == "a=6 ");
  CHECK(after(s, "end") == "a=6 ");
}

TEST_CASE("values: a counter over many turns and executions", "[values][continue-as-new]") {
  auto options = any_residency();
  if (GENERATE(false, true)) {
    options.orchestration_concurrency(1).worker_concurrency(1);
  }
  Scenario s(EVERY_BACKEND, register_all, options);
  CHECK(s.run("i", "Counter", 25).output() == "25");
  CHECK(s.client().get_value("i", "count").value()->value == "25");
  CHECK(s.client().get_value("i", "count").value()->version == 30);
  CHECK(s.client().get_value("i", "executions").value()->value == "12345");
}

TEST_CASE("values of any type, and of another than the reader's", "[values][payloads]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  CHECK(s.run("i", "Typed").output() == "wide2 true -3 named");
  const auto stored = s.client().get_value("i", "settings").value();
  REQUIRE(stored);
  CHECK(stored->value == R"({"name":"wide","sizes":[1,2]})");
  CHECK(decode_payload<Settings>(stored->value).value().sizes == std::vector<int>{1, 2});
  CHECK_FALSE(decode_payload<int>(stored->value));
  CHECK(s.run("number", "ReadsNumber", std::string("number")).output() == "-3");
  s.start("no number", "ReadsNumber", std::string("settings"));
  CHECK(s.failure_of("no number").kind == ErrorKind::invalid_payload);
}

TEST_CASE("values of another instance, as they are when they are read", "[values]") {
  const std::size_t readers = 10;
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  s.start("i", "Edits");
  CHECK(after(s, "set n 1") == "n=1 ");
  for (std::size_t i = 0; i < readers; ++i) {
    s.start(std::to_string(i), "ReadsTwice");
  }
  for (std::size_t i = 0; i < readers; ++i) {
    const auto status = s.client().wait_for_status_change(std::to_string(i), 0, ample).value();
    CHECK(status.custom_status() == "1");
  }
  CHECK(after(s, "set n 2") == "n=2 ");
  s.restart();
  for (std::size_t i = 0; i < readers; ++i) {
    s.raise(std::to_string(i), "Again");
  }
  for (std::size_t i = 0; i < readers; ++i) {
    CHECK(s.wait(std::to_string(i)).output() == "1,2 none none");
  }
  CHECK(after(s, "end") == "n=2 ");
  CHECK(s.run("late", "ReadsNumber", std::string("n")).output() == "2");
}

TEST_CASE("values: the limits, over turns and executions", "[values][continue-as-new][limits]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency().max_values(3).max_value_bytes(4));
  s.start("i", "Edits");
  CHECK(after(s, "set a 1234 set b 12345 set b 1") == "a=1234 b=1 !b: limit exceeded");
  CHECK(after(s, "set a 54321") == "a=1234 b=1 !a: limit exceeded");
  CHECK(after(s, "set c 1 set d 1 set c 2") == "a=1234 b=1 c=2 !d: limit exceeded");
  CHECK(after(s, "next") == "a=1234 b=1 c=2 ");
  CHECK(after(s, "set d 1 set a 1") == "a=1 b=1 c=2 !d: limit exceeded");
  CHECK(after(s, "clear a set d 1 set e 1") == "b=1 c=2 d=1 !e: limit exceeded");
  CHECK(after(s, "clear-all set e 1 set f 1 set g 1 set h 1") == "e=1 f=1 g=1 !h: limit exceeded");
}

TEST_CASE("values: a limit that nobody catches fails the instance", "[values][limits]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency().max_values(7));
  s.start("i", "Interleaved");
  const ErrorDetails details = s.failure_of("i");
  CHECK(details.kind == ErrorKind::limit_exceeded);
  CHECK(details.category == ErrorCategory::configuration);
  CHECK(s.client().get_value("i", "part4").value()->value == "4");
  CHECK_FALSE(s.client().get_value("i", "sum").value());
}

TEST_CASE("values: a hundred keys, written again and again", "[values]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency().max_values(100));
  s.start("i", "Edits");
  for (const char* value : {"1", "2", "3"}) {
    std::string commands;
    for (int key = 0; key < 100; ++key) {
      commands += "set key" + std::to_string(key) + " " + value + " ";
    }
    const std::string held = after(s, commands + "set onemore 1");
    CHECK_THAT(held, Catch::EndsWith("!onemore: limit exceeded"));
  }
  const auto values = s.client().get_all_values("i").value();
  CHECK(values.size() == 100);
  for (const StoredValue& stored : values) {
    CHECK(stored.value == "3");
  }
}

TEST_CASE("values: requests by events, answers in values", "[values][events]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  s.start("i", "Serves");
  for (const char* id : {"1", "2", "3"}) {
    s.raise("i", "Request", std::string(id) + " text of " + id);
  }
  for (const char* id : {"3", "1", "2"}) {
    const auto answer = s.client().wait_for_value("i", std::string("answer/") + id, ample).value();
    REQUIRE(answer);
    CHECK(answer->value == std::string("text of ") + id);
  }
  const auto version = s.client().get_value("i", "answer/1").value()->version;
  s.raise("i", "Request", std::string("1 better"));
  CHECK(s.client().wait_for_value("i", "answer/1", ample, version).value()->value == "better");

  Gate told;
  Client::Value never = failure(ClientError());
  s.client().wait_for_value("i", "answer/4", 0, [&](Client::Value value) {
    never = std::move(value);
    told.open();
  });
  s.raise("i", "Request", std::string("stop"));
  told.wait();
  CHECK_FALSE(never.value());
  CHECK(s.wait("i").output() == "4");
  CHECK(s.client().wait_for_value("i", "answer/1", ample).value()->value == "better");
  CHECK(s.client().get_all_values("i").value().size() == 3);
}

TEST_CASE("values set between waits of all kinds are there after any replay", "[values][replay]") {
  const Backend backend = EVERY_BACKEND;
  const auto run = [&](std::size_t residency) {
    Scenario s(backend, register_all, RuntimeOptions().max_resident_instances(residency));
    const std::string output = s.run("i", "Interleaved").output();
    const auto values = s.client().get_all_values("i").value();
    std::string stored;
    for (const StoredValue& value : values) {
      stored += value.key + "=" + value.value + " ";
    }
    CHECK(output == stored + "leftright");
    return output;
  };
  const std::string expected =
      "begin=2 left=left part1=1 part2=2 part3=3 part4=4 right=right sum=15 won=0 leftright";
  CHECK(run(100) == expected);
  CHECK(run(0) == expected);
}

}  // namespace duroxide::values_test
