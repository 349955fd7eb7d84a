// Event queues: messages in strict order, beside external events.

#include "scenario.hpp"

namespace duroxide::queues_test {

using namespace duroxide::scenario;

namespace {

struct Order {
  std::string id;
  int amount = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("id", id), cereal::make_nvp("amount", amount));
  }
};

constexpr EventQueue<Order> orders{"Orders"};
constexpr ExternalEvent<bool> approved{"Approved"};

/// Takes so many messages; shows what it has after each.
Task<std::string> collect(OrchestrationContext context, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += co_await context.dequeue_event("Q");
    context.set_custom_status(all);
  }
  co_return all;
}

Task<std::string> typed(OrchestrationContext context) {
  std::string seen;
  const Order by_handle = co_await context.dequeue_event(orders);
  const Order by_name = co_await context.dequeue_event<Order>("Orders");
  const bool first = co_await context.wait_for_external_event(approved);
  const auto second = co_await context.wait_for_external_event<std::vector<int>>("Numbers");
  seen =
      by_handle.id + std::to_string(by_handle.amount) + by_name.id + std::to_string(by_name.amount);
  co_return seen + (first ? " yes " : " no ") + std::to_string(second.at(1));
}

/// A queue and an event of the same name: raced, joined, and one after another.
Task<std::string> of_one_name(OrchestrationContext context) {
  std::string seen;
  for (int round = 0; round < 2; ++round) {
    auto message = context.dequeue_event("X");
    auto event = context.wait_for_external_event("X");
    const auto first = co_await when_any(std::move(message), std::move(event));
    seen += first.index() == 0 ? "queue " + std::get<0>(first) : "event " + std::get<1>(first);
    seen += co_await context.schedule_activity("Echo", std::string(", "));
    context.set_custom_status(seen);
  }
  auto message = context.dequeue_event("X");
  auto event = context.wait_for_external_event("X");
  const auto both = co_await when_all(std::move(message), std::move(event));
  seen += std::get<0>(both) + " and " + std::get<1>(both) + ", ";
  seen += co_await context.wait_for_external_event("X");
  seen += co_await context.dequeue_event("X");
  co_return seen;
}

/// Two messages of each of three queues, then one more of each, in another order.
Task<std::string> three_queues(OrchestrationContext context) {
  std::string seen;
  const std::vector<std::string> in_pairs{"C", "A", "B"};
  const std::vector<std::string> at_last{"B", "C", "A"};
  for (const std::string& queue : in_pairs) {
    auto first = context.dequeue_event(queue);
    auto second = context.dequeue_event(queue);
    const auto both = co_await when_all(std::move(first), std::move(second));
    seen += std::get<0>(both) + std::get<1>(both) + " ";
  }
  context.set_custom_status(seen);
  for (const std::string& queue : at_last) {
    seen += co_await context.dequeue_event(queue);
  }
  co_return seen;
}

/// Takes what there is, works for a cycle, and goes on in the next execution, up to the message `z`.
Task<std::string> reloads(OrchestrationContext context, std::string so_far) {
  bool more = true;
  while (more) {
    auto message = context.dequeue_event("Q");
    auto patience = context.schedule_timer(1ms);
    const auto first = co_await when_any(std::move(message), std::move(patience));
    more = first.index() == 0;
    if (more) {
      so_far += std::get<0>(first);
    }
  }
  co_await context.schedule_activity("Cycle");
  if (so_far.empty() || so_far.back() != 'z') {
    co_await context.continue_as_new(so_far);
  }
  co_return so_far;
}

struct Registrations {
  std::shared_ptr<Gate> in_cycle = std::make_shared<Gate>();
  std::shared_ptr<Gate> leave_cycle = std::make_shared<Gate>();

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("Collect", collect)
        .register_orchestration("Typed", typed)
        .register_orchestration("OfOneName", of_one_name)
        .register_orchestration("ThreeQueues", three_queues)
        .register_orchestration("Reloads", reloads)
        .register_activity("Echo", [](std::string text) { return text; })
        .register_activity("Cycle", [in_cycle = in_cycle, leave_cycle = leave_cycle] {
          in_cycle->open();
          leave_cycle->wait();
        });
  }
};

RuntimeOptions any_residency() {
  return RuntimeOptions().max_resident_instances(GENERATE(0U, 100U));
}

void send(Scenario& s, const std::string& queue, const std::string& message) {
  REQUIRE(s.client().enqueue_event("i", queue, message));
}

/// Waits until the instance shows something new.
std::string shown_after(Scenario& s, std::uint64_t version) {
  return s.client().wait_for_status_change("i", version, ample).value().custom_status().value();
}

}  // namespace

TEST_CASE("queues: messages before and after the wait for them, strictly in order", "[queues]") {
  Scenario s(EVERY_BACKEND, Registrations(), any_residency());
  s.stop_runtime();
  s.start("i", "Collect", 20);
  std::string sent;
  for (char letter = 'a'; letter < 'k'; ++letter) {
    send(s, "Q", std::string(1, letter));
    sent += letter;
  }
  s.start_runtime();
  std::string shown;
  for (std::uint64_t version = 0; shown != sent;) {
    const auto status = s.client().wait_for_status_change("i", version, ample).value();
    version = status.custom_status_version();
    shown = status.custom_status().value();
    REQUIRE(sent.substr(0, shown.size()) == shown);
  }
  for (char letter = 'k'; letter < 'u'; ++letter) {
    send(s, "Q", std::string(1, letter));
    sent += letter;
  }
  CHECK(s.wait("i").output() == sent);
}

TEST_CASE("a message with a key is taken once, across a restart", "[queues][restart]") {
  Scenario s(EVERY_BACKEND, Registrations(), any_residency());
  const auto put = [&s](const std::string& message, const std::string& key) {
    return s.client().enqueue_event("i", "Q", message, RaiseOptions().key(key));
  };
  s.start("i", "Collect", 3);
  REQUIRE(put("a", "first"));
  CHECK(put("a", "first"));
  REQUIRE(put("b", "second"));
  s.restart();
  CHECK(put("b", "second"));
  CHECK(put("c", "second").error().kind == ClientError::Kind::invalid_input);
  REQUIRE(put("c", "third"));
  CHECK(s.wait("i").output() == "abc");
  CHECK(put("c", "third"));
}

TEST_CASE("queues: a message too many is no harm, one for an instance that has ended is refused",
          "[queues][messages]") {
  Scenario s(EVERY_BACKEND, Registrations(), any_residency());
  s.stop_runtime();
  s.start("i", "Collect", 1);
  send(s, "Q", "taken");
  send(s, "Q", "too many");
  s.start_runtime();
  CHECK(s.wait("i").output() == "taken");
  CHECK(s.client().enqueue_event("i", "Q", std::string("late")).error().kind ==
        ClientError::Kind::instance_finished);
  CHECK(s.client().enqueue_event("nobody", "Q").error().kind ==
        ClientError::Kind::instance_not_found);
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("queues and events with types, by handle and by name", "[queues][events][payloads]") {
  Scenario s(EVERY_BACKEND, Registrations(), any_residency());
  s.start("i", "Typed");
  REQUIRE(s.client().enqueue_event("i", "Orders", Order{"a", 1}));
  REQUIRE(s.client().enqueue_event("i", orders, Order{"b", 2}));
  REQUIRE(s.client().raise_event("i", approved, true));
  s.raise("i", "Numbers", std::vector<int>{1, 23});
  CHECK(s.wait("i").output() == "a1b2 yes 23");
  s.start("wrong", "Typed");
  REQUIRE(s.client().enqueue_event("wrong", "Orders", std::string("no order")));
  CHECK(s.failure_of("wrong").kind == ErrorKind::invalid_payload);
}

TEST_CASE("queues: one with the name of an event, raced, joined and in turn",
          "[queues][events][combinators]") {
  Scenario s(EVERY_BACKEND, Registrations(), any_residency());
  s.start("i", "OfOneName");
  send(s, "X", "m1");
  CHECK(shown_after(s, 0) == "queue m1, ");
  s.raise("i", "X", std::string("e1"));
  CHECK(shown_after(s, 1) == "queue m1, event e1, ");
  send(s, "X", "m2");
  send(s, "X", "m3");
  s.raise("i", "X", std::string("e2"));
  s.raise("i", "X", std::string("e3"));
  CHECK(s.wait("i").output() == "queue m1, event e1, m2 and e2, e3m3");
}

TEST_CASE("queues: three of one instance do not mix", "[queues]") {
  Scenario s(EVERY_BACKEND, Registrations(), any_residency());
  s.stop_runtime();
  s.start("i", "ThreeQueues");
  for (const char* message : {"A1", "B1", "B2", "C1", "A2"}) {
    send(s, std::string(1, message[0]), message);
  }
  s.start_runtime();
  send(s, "A", "A3");
  send(s, "C", "C2");
  CHECK(shown_after(s, 0) == "C1C2 A1A2 B1B2 ");
  s.restart();
  send(s, "C", "C3");
  send(s, "B", "B3");
  CHECK(s.wait("i").output() == "C1C2 A1A2 B1B2 B3C3A3");
}

TEST_CASE("queues: drained with a time limit, cycle after cycle, nothing is lost",
          "[queues][continue-as-new][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations, any_residency());
  s.start("i", "Reloads");
  registrations.in_cycle->wait();
  std::string sent;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    if (letter == 'm') {
      registrations.leave_cycle->open();
    }
    send(s, "Q", std::string(1, letter));
    sent += letter;
  }
  CHECK(s.wait("i").output() == sent);
  CHECK(ManagementClient(s.store()).list_executions("i").value().size() > 1);
}

}  // namespace duroxide::queues_test
