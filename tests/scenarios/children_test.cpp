// Sub-orchestrations, attached and detached.

#include "scenario.hpp"

namespace duroxide::children_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> child(OrchestrationContext context, std::string input) {
  const std::string id = context.instance_id();
  if (input == "fail") {
    throw std::runtime_error("the child failed");
  }
  co_return co_await context.schedule_activity("Echo", input + " by " + id);
}

/// Counts down in an execution each, then returns.
Task<std::string> counting_child(OrchestrationContext context, int left) {
  const auto execution = context.execution_id();
  if (left > 0) {
    co_await context.continue_as_new(left - 1);
  }
  co_return "after " + std::to_string(execution) + " executions";
}

Task<std::string> parent(OrchestrationContext context, std::string input) {
  co_return co_await context.schedule_sub_orchestration("Child", input);
}

Task<std::string> parent_with_id(OrchestrationContext context, std::string id) {
  auto options = SubOrchestrationOptions().instance_id(id);
  auto result =
      co_await context.schedule_sub_orchestration("Child", std::string("in"), options).as_result();
  co_return result ? *result : std::string(to_string(result.error().kind));
}

Task<std::string> parent_of_counting(OrchestrationContext context) {
  co_return co_await context.schedule_sub_orchestration("CountingChild", 3);
}

/// A child with an automatic id in each of two executions.
Task<std::string> twice(OrchestrationContext context, std::string so_far) {
  so_far += co_await context.schedule_sub_orchestration("Child", std::string("x")) + ";";
  const bool is_first = context.execution_id() == 1;
  if (is_first) {
    co_await context.continue_as_new(so_far);
  }
  co_return so_far;
}

/// So many children, each of which has so many, so many levels deep; the lowest count themselves.
Task<int> tree(OrchestrationContext context, std::vector<int> width_and_depth) {
  const int width = width_and_depth.at(0);
  const int depth = width_and_depth.at(1);
  if (depth == 0) {
    const std::string counted = co_await context.schedule_activity("Echo", std::string("1"));
    co_return std::stoi(counted);
  }
  const std::vector<int> below{width, depth - 1};
  std::vector<DurableFuture<int>> children;
  for (int i = 0; i < width; ++i) {
    children.push_back(context.schedule_sub_orchestration<int>("Tree", below));
  }
  int sum = 0;
  for (const int part : co_await when_all(std::move(children))) {
    sum += part;
  }
  co_return sum;
}

/// One child after the other, each with what the one before has returned.
Task<std::string> in_turn(OrchestrationContext context) {
  std::string text = "x";
  for (int i = 0; i < 3; ++i) {
    const auto options = SubOrchestrationOptions().instance_id("child-" + std::to_string(i));
    text = co_await context.schedule_sub_orchestration("Child", text, options);
  }
  co_return text;
}

Task<std::string> detaches(OrchestrationContext context) {
  context.schedule_orchestration("Child", "detached", std::string("alone"));
  context.schedule_orchestration("Child", "taken", std::string("ignored"));
  co_return "started";
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Child", child)
      .register_orchestration("CountingChild", counting_child)
      .register_orchestration("Parent", parent)
      .register_orchestration("ParentWithId", parent_with_id)
      .register_orchestration("ParentOfCounting", parent_of_counting)
      .register_orchestration("Twice", twice)
      .register_orchestration("Tree", tree)
      .register_orchestration("InTurn", in_turn)
      .register_orchestration("Detaches", detaches)
      .register_activity("Echo", [](std::string input) { return input; });
}

RuntimeOptions any_residency() {
  return RuntimeOptions().max_resident_instances(GENERATE(0U, 100U));
}

std::vector<InstanceSummary> children_of(const Scenario& s, const std::string& instance) {
  InstanceFilter filter;
  filter.parent_instance = instance;
  return ManagementClient(s.store()).list_instances(filter).value();
}

}  // namespace

TEST_CASE("a child with an automatic id", "[children]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  const std::string output = s.run("p", "Parent", std::string("in")).output();
  const auto children = children_of(s, "p");
  REQUIRE(children.size() == 1);
  CHECK(output == "in by " + children[0].instance_id);
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("a child with an id of its own", "[children]") {
  Scenario s(EVERY_BACKEND, register_all);
  CHECK(s.run("p", "ParentWithId", std::string("mine")).output() == "in by mine");
  CHECK(s.client().get_status("mine").value().output() == "in by mine");
}

TEST_CASE("a child under an id that is taken is told to its parent", "[children][starts]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.run("taken", "Child", std::string("first"));
  CHECK(s.run("p", "ParentWithId", std::string("taken")).output() ==
        to_string(ErrorKind::instance_already_exists));
  CHECK(s.client().get_status("taken").value().output() == "first by taken");
}

TEST_CASE("a child that fails fails its parent", "[children][errors]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  s.start("p", "Parent", std::string("fail"));
  CHECK(s.failure_of("p").message == "the child failed");
}

TEST_CASE("a child that continues as new reports to its parent in the end",
          "[children][continue-as-new]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  CHECK(s.run("p", "ParentOfCounting").output() == "after 4 executions");
}

TEST_CASE("a child in each execution of its parent; automatic ids never repeat",
          "[children][continue-as-new]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  const std::string output = s.run("p", "Twice").output();
  const auto children = children_of(s, "p");
  REQUIRE(children.size() == 2);
  CHECK(children[0].instance_id != children[1].instance_id);
  CHECK(output == "x by " + children[0].instance_id + ";x by " + children[1].instance_id + ";");
}

TEST_CASE("detached instances go their own way; a taken id is left as it is",
          "[children][starts]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.run("taken", "Child", std::string("first"));
  CHECK(s.run("p", "Detaches").output() == "started");
  CHECK(s.wait("detached").output() == "alone by detached");
  CHECK(s.client().get_status("taken").value().output() == "first by taken");
  CHECK(children_of(s, "p").empty());
}

TEST_CASE("children side by side, and children of children", "[children][combinators]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  const auto [width, depth, leaves] =
      GENERATE(table<int, int, int>({{40, 1, 40}, {1, 8, 1}, {3, 3, 27}}));
  CHECK(s.run("p", "Tree", std::vector<int>{width, depth}).output() == std::to_string(leaves));
  std::vector<std::string> level{"p"};
  for (int below = 0; below < depth; ++below) {
    std::vector<std::string> next;
    for (const std::string& instance : level) {
      const auto children = children_of(s, instance);
      CHECK(children.size() == static_cast<std::size_t>(width));
      for (const InstanceSummary& each : children) {
        CHECK(each.status == ExecutionStatus::completed);
        next.push_back(each.instance_id);
      }
    }
    level = std::move(next);
  }
  CHECK(level.size() == static_cast<std::size_t>(leaves));
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("one child after the other", "[children]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  CHECK(s.run("p", "InTurn").output() == "x by child-0 by child-1 by child-2");
}

}  // namespace duroxide::children_test
