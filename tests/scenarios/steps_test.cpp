// Activities, combinations of them, helpers, typed payloads, and what the context records.

#include <mutex>

#include "scenario.hpp"

namespace duroxide::steps_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> hello(OrchestrationContext context, std::string name) {
  co_return co_await context.schedule_activity("Greet", name);
}

Task<int> chain(OrchestrationContext context, int length) {
  int sum = 0;
  for (int i = 0; i < length; ++i) {
    const std::vector<int> numbers{sum, i};  // GCC 12 refuses a braced list inside a co_await
    sum = co_await context.schedule_activity<int>("Add", numbers);
  }
  co_return sum;
}

Task<int> fan_out(OrchestrationContext context, int width) {
  std::vector<DurableFuture<int>> parts;
  for (int i = 0; i < width; ++i) {
    parts.push_back(context.schedule_activity<int>("Add", std::vector<int>{i, 1}));
  }
  int sum = 0;
  for (const int part : co_await when_all(std::move(parts))) {
    sum += part;
  }
  co_return sum;
}

Task<std::string> greet_twice(OrchestrationContext context, std::string name) {
  const std::string first = co_await context.schedule_activity("Greet", name);
  const std::string second = co_await context.schedule_activity("Greet", first);
  co_return second;
}

Task<std::string> with_helpers(OrchestrationContext context) {
  auto both = co_await when_all(greet_twice(context, "a"), greet_twice(context, "b"));
  const std::string third = co_await greet_twice(context, "c");
  co_return std::get<0>(both) + "|" + std::get<1>(both) + "|" + third;
}

struct Order {
  std::string id;
  std::vector<int> amounts;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("id", id), cereal::make_nvp("amounts", amounts));
  }
};

struct Total {
  std::string id;
  int total = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("id", id), cereal::make_nvp("total", total));
  }
};

Task<Total> total(OrchestrationContext context, Order order) {
  Total result;
  result.id = order.id;
  result.total = co_await context.schedule_activity<int>("Add", order.amounts);
  co_return result;
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Hello", hello)
      .register_orchestration("Chain", chain)
      .register_orchestration("FanOut", fan_out)
      .register_orchestration("WithHelpers", with_helpers)
      .register_orchestration("Total", total)
      .register_activity("Greet", [](std::string name) { return "Hello, " + name; })
      .register_activity("Add", [](std::vector<int> numbers) {
        int sum = 0;
        for (const int number : numbers) {
          sum += number;
        }
        return sum;
      });
}

}  // namespace

TEST_CASE("hello", "[activities]") {
  Scenario s(EVERY_BACKEND, register_all);
  CHECK(s.run("i", "Hello", std::string("world")).output() == "Hello, world");
  CHECK(s.types("i") == std::vector<std::string>{"OrchestrationStarted", "ActivityScheduled",
                                                 "ActivityCompleted", "OrchestrationCompleted"});
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("a chain", "[activities]") {
  Scenario s(EVERY_BACKEND, register_all);
  CHECK(s.run("i", "Chain", 50).output() == std::to_string(50 * 49 / 2));
}

TEST_CASE("a fan-out of any width", "[combinators]") {
  Scenario s(EVERY_BACKEND, register_all);
  const int width = GENERATE(0, 1, 31, 32, 100, 1000);
  CHECK(s.run("i", "FanOut", width).output() == std::to_string(width * (width + 1) / 2));
}

TEST_CASE("helper tasks, alone and together", "[combinators]") {
  Scenario s(EVERY_BACKEND, register_all);
  CHECK(s.run("i", "WithHelpers").output() == "Hello, Hello, a|Hello, Hello, b|Hello, Hello, c");
}

TEST_CASE("typed payloads", "[payloads]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("i", "Total", Order{"o-7", {1, 2, 3}});
  CHECK(s.wait("i").output() == R"({"id":"o-7","total":6})");
  CHECK(s.client().wait_for_output<Total>("i", ample).value().total == 6);
  CHECK(s.client().wait_for_output<int>("i", ample).error().kind ==
        ClientError::Kind::invalid_payload);
}

TEST_CASE("an input of another type fails the instance", "[payloads][errors]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("i", "Total", std::string("no JSON"));
  CHECK(s.failure_of("i").kind == ErrorKind::invalid_payload);
}

TEST_CASE("many instances at once", "[activities]") {
  Scenario s(EVERY_BACKEND, register_all,
             RuntimeOptions().orchestration_concurrency(GENERATE(1U, 16U)));
  for (int i = 0; i < 200; ++i) {
    s.start(std::to_string(i), "FanOut", 3);
  }
  for (int i = 0; i < 200; ++i) {
    CHECK(s.wait(std::to_string(i)).output() == "6");
  }
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("the context knows its instance, and so does the activity", "[activities]") {
  Scenario s(EVERY_BACKEND, [](Runtime& runtime) {
    runtime
        .register_versioned(
            "Who", "2.1.0",
            [](OrchestrationContext context) -> Task<std::string> {
              const std::string told = co_await context.schedule_activity("Tell");
              co_return context.instance_id() + " " + std::to_string(context.execution_id()) + " " +
                  context.orchestration_name() + " " + context.version() + " " + told;
            })
        .register_activity("Tell", [](ActivityContext& context) {
          return context.instance_id() + " " + std::to_string(context.execution_id()) + " " +
                 std::to_string(context.event_id()) + " " + context.orchestration_name() + " " +
                 context.orchestration_version() + " " + context.activity_name() + " " +
                 std::to_string(context.attempt());
        });
  });
  CHECK(s.run("i", "Who").output() == "i 1 Who 2.1.0 i 1 2 Who 2.1.0 Tell 1");
}

TEST_CASE("what an activity logs says where it comes from, at each level",
          "[activities][log][same-process]") {
  std::mutex mutex;
  std::vector<LogRecord> lines;
  const LogSink sink = [&](const LogRecord& line) {
    const std::lock_guard lock(mutex);
    lines.push_back(line);
  };
  Scenario s(
      EVERY_BACKEND,
      [](Runtime& runtime) {
        runtime
            .register_versioned("Outer", "2.1.0",
                                [](OrchestrationContext context) -> Task<std::string> {
                                  co_return co_await context.schedule_activity("Talk");
                                })
            .register_activity("Talk", [](ActivityContext& context) {
              const std::string token = context.token().to_string();
              context.log_debug("debug " + token);
              context.log_info("info " + token);
              context.log_warn("warn " + token);
              context.log_error("error " + token);
            });
      },
      RuntimeOptions().log_sink(sink));
  CHECK(s.run("i", "Outer").is_completed());
  s.stop_runtime();
  std::vector<LogLevel> levels;
  for (const LogRecord& line : lines) {
    if (line.activity == "Talk") {
      levels.push_back(line.level);
      CHECK_THAT(line.message, Catch::StartsWith(std::string(to_string(line.level)) + " ") &&
                                   Catch::EndsWith("/1/2/i"));
      CHECK(line.instance == "i");
      CHECK(line.execution_id == 1);
      CHECK(line.event_id == 2);
      CHECK(line.orchestration == "Outer");
      CHECK(line.version == "2.1.0");
    }
  }
  CHECK(levels ==
        std::vector<LogLevel>{LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error});
}

TEST_CASE("calls with callbacks", "[activities][client]") {
  Scenario s(EVERY_BACKEND, register_all);
  Gate done;
  std::string output;
  s.client().start_orchestration(
      "i", "Hello", std::string("you"), StartOptions(), [&](Client::Done started) {
        if (started) {
          s.client().wait_for_completion("i", [&](Client::Status status) {
            output = status ? status->output() : status.error().message;
            done.open();
          });
        }
      });
  done.wait();
  CHECK(output == "Hello, you");
}

TEST_CASE("an activity may use a client", "[activities][client][same-process]") {
  std::optional<Client> client;
  Scenario s(EVERY_BACKEND, [&](Runtime& runtime) {
    register_all(runtime);
    runtime
        .register_orchestration("Outer",
                                [](OrchestrationContext context) -> Task<std::string> {
                                  co_return co_await context.schedule_activity("UseClient");
                                })
        .register_activity("UseClient", [&] {
          client->start_orchestration("inner", "Hello", std::string("there")).value();
          return client->wait_for_completion("inner", ample).value().output();
        });
  });
  client.emplace(s.client());
  CHECK(s.run("i", "Outer").output() == "Hello, there");
}

}  // namespace duroxide::steps_test
