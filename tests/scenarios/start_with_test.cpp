// Starts with an event or an update, events with a key, and waits for a start, end to end.

#include <future>
#include <vector>

#include "scenario.hpp"

namespace duroxide::start_with_scenarios_test {

using namespace duroxide::scenario;
using Kind = ClientError::Kind;

namespace {

constexpr Orchestration<int(int)> sum{"Sum"};
constexpr Update<int, int> add{"Add"};
constexpr ExternalEvent<int> paid{"Paid"};

/// Adds up from its input on until it is told to stop. Begins anew at each event Next.
Task<int> add_up(OrchestrationContext ctx, int total) {
  bool is_over = false;
  const auto more = [&](int each) { return total += each; };
  ctx.on_update(add, more);
  ctx.on_update<std::string, void>("Stop", [&](const std::string&) { is_over = true; });
  const auto over = [&] { return is_over; };
  co_await ctx.wait_until(over);
  co_return total;
}

/// Adds up so many payments, each in an execution of its own.
Task<int> collect(OrchestrationContext ctx, std::vector<int> state) {
  const int left = state.at(0);
  const int total = state.at(1) + co_await ctx.wait_for_external_event(paid);
  if (left > 1) {
    const std::vector<int> next{left - 1, total};
    co_await ctx.continue_as_new(next);
  }
  co_return total;
}

/// The input of one that takes so many.
std::vector<int> payments(int count) {
  return {count, 0};
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration(sum, add_up).register_orchestration("Collect", collect);
}

}  // namespace

TEST_CASE("many who start an instance with an update at once: one creates it, all are answered",
          "[starts][updates][threads]") {
  Scenario s(EVERY_BACKEND, register_all);
  constexpr int threads = 4;
  std::vector<std::future<std::pair<bool, int>>> answers;
  for (int thread = 0; thread < threads; ++thread) {
    answers.push_back(std::async(std::launch::async, [&s] {
      const auto done = s.client()
                            .start_with_update("s", sum, 10, add, 1, StartOptions(),
                                               UpdateOptions().timeout(ample))
                            .value();
      return std::pair(done.created(), done.answer().value());
    }));
  }
  int created = 0;
  int largest = 0;
  for (auto& each : answers) {
    const auto [is_new, total] = each.get();
    created += is_new ? 1 : 0;
    largest = std::max(largest, total);
  }
  CHECK(created == 1);
  CHECK(largest == 10 + threads);
  CHECK(s.client().update<void>("s", "Stop", std::string(), UpdateOptions().timeout(ample)));
  CHECK(s.wait("s").output() == "14");
}

TEST_CASE("a start with an update is done once under its id, over restarts",
          "[starts][updates][restart]") {
  Scenario s(EVERY_BACKEND, register_all);
  const auto once = UpdateOptions().id("once").timeout(ample);
  const auto ask = [&] {
    return s.client().start_with_update("s", sum, 10, add, 1, StartOptions(), once).value();
  };
  CHECK(ask().created());
  CHECK(ask().answer().value() == 11);
  s.restart();
  CHECK_FALSE(ask().created());
  CHECK(ask().answer().value() == 11);
}

TEST_CASE("an instance that was started with an event has it, and later ones go to the same",
          "[starts][events]") {
  Scenario s(EVERY_BACKEND, register_all);
  CHECK(s.client().start_with_event("c", "Collect", payments(2), "Paid", 5).value().created());
  CHECK_FALSE(
      s.client().start_with_event("c", "Collect", payments(2), "Paid", 6).value().created());
  CHECK(s.wait("c").output() == "11");
  CHECK(s.client().start_with_event("c", "Collect", payments(2), "Paid", 7).error().kind ==
        Kind::instance_finished);
  const auto anew = StartOptions().reuse(ReusePolicy::terminate_existing);
  CHECK(
      s.client().start_with_event("c", "Collect", payments(1), "Paid", 7, anew).value().replaced());
  CHECK(s.wait("c").output() == "7");
}

TEST_CASE("an event with a key is taken once, across continue-as-new and a restart",
          "[events][continue-as-new][restart]") {
  Scenario s(EVERY_BACKEND, register_all);
  const auto pay = [&](int amount, const std::string& key) {
    return s.client().raise_event("c", paid, amount, RaiseOptions().key(key));
  };
  s.start("c", "Collect", payments(3));
  REQUIRE(pay(1, "first"));
  REQUIRE(pay(2, "second"));
  CHECK(pay(1, "first"));
  s.restart();
  CHECK(pay(2, "second"));
  CHECK(pay(9, "second").error().kind == Kind::invalid_input);
  REQUIRE(pay(4, "third"));
  CHECK(s.wait("c").output() == "7");
  CHECK(pay(4, "third"));
  CHECK(pay(8, "fourth").error().kind == Kind::instance_finished);
}

TEST_CASE("who waits for a start hears of it, wherever it comes from", "[starts][waits]") {
  Scenario s(EVERY_BACKEND, register_all);
  std::promise<Client::Status> told;
  s.client().wait_for_start("s", [&](const Client::Status& status) { told.set_value(status); });
  auto waits =
      std::async(std::launch::async, [&s] { return s.client().wait_for_start("s", ample); });
  CHECK(s.client().wait_for_start("other", 0s).error().kind == Kind::timeout);
  s.start("s", "Sum", 1);
  CHECK(told.get_future().get().value().is_running());
  CHECK(waits.get().value().is_running());
  CHECK(s.client().wait_for_start("s").value().is_running());
}

TEST_CASE("who waits for a first turn can read what that has said", "[starts][waits]") {
  Scenario s(EVERY_BACKEND, [](Runtime& runtime) {
    runtime.register_orchestration(
        "Say", [](OrchestrationContext ctx, std::string text) -> Task<std::string> {
          ctx.set_custom_status(text);
          const std::string last = co_await ctx.wait_for_external_event("Stop");
          co_return last;
        });
  });
  std::promise<Client::Status> told;
  s.client().wait_for_first_turn("s",
                                 [&](const Client::Status& status) { told.set_value(status); });
  CHECK(s.client().wait_for_first_turn("s", 0s).error().kind == Kind::timeout);
  s.start("s", "Say", std::string("hello"));
  CHECK(told.get_future().get().value().custom_status() == "hello");
  CHECK(s.client().wait_for_first_turn("s").value().custom_status() == "hello");
  CHECK(s.client().wait_for_first_turn("s", ample).value().custom_status() == "hello");
}

}  // namespace duroxide::start_with_scenarios_test
