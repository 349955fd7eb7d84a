// Activities with tags, and runtimes that share them.

#include <algorithm>
#include <atomic>

#include "scenario.hpp"

namespace duroxide::tags_test {

using namespace duroxide::scenario;

namespace {

ActivityOptions tagged(const std::string& tag) {
  return tag.empty() ? ActivityOptions() : ActivityOptions().tag(tag);
}

/// Many calls, of three kinds.
Task<std::vector<std::string>> mixed(OrchestrationContext context) {
  std::vector<DurableFuture<std::string>> calls;
  for (int i = 0; i < 10; ++i) {
    for (const char* tag : {"", "cpu", "gpu"}) {
      calls.push_back(context.schedule_activity("Where", std::string(), tagged(tag)));
    }
  }
  std::vector<std::string> places = co_await when_all(std::move(calls));
  co_return places;
}

Task<std::string> one_call(OrchestrationContext context, std::string tag) {
  context.set_custom_status("scheduled");
  co_return co_await context.schedule_activity("Where", std::string(), tagged(tag));
}

Task<std::string> race(OrchestrationContext context) {
  auto call = context.schedule_activity("Where", std::string(), tagged("gpu"));
  auto timer = context.schedule_timer(20ms);
  const auto first = co_await when_any(std::move(call), std::move(timer));
  co_return first.index() == 0 ? "the call" : "the timer";
}

Task<std::string> drop(OrchestrationContext context) {
  {
    auto dropped = context.schedule_activity("Where", std::string(), tagged("gpu"));
    co_await context.schedule_activity("Where", std::string(), tagged("cpu"));
  }
  co_return "dropped";
}

Task<std::string> chain(OrchestrationContext context, std::string so_far) {
  const std::string tag = context.execution_id() == 2 ? "gpu" : "cpu";
  so_far += co_await context.schedule_activity("Where", std::string(), tagged(tag)) + ";";
  if (context.execution_id() < 3) {
    co_await context.continue_as_new(so_far);
  }
  co_return so_far;
}

/// What a runtime has that is called `name`: the activity tells in which one it ran.
struct Registrations {
  std::string name;
  std::shared_ptr<std::atomic<int>> runs = std::make_shared<std::atomic<int>>(0);

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("Mixed", mixed)
        .register_orchestration("OneCall", one_call)
        .register_orchestration("Race", race)
        .register_orchestration("Drop", drop)
        .register_orchestration("Chain", chain)
        .register_activity("Where", [name = name, runs = runs](ActivityContext& context) {
          ++*runs;
          return name + " " + context.tag().value_or("-");
        });
  }
};

RuntimeOptions taking(TagFilter tags) {
  return RuntimeOptions().worker_tags(std::move(tags));
}

/// A runtime for everything but `gpu`, with its store; another for `gpu` comes when it is told to.
struct Pair {
  explicit Pair(Backend backend)
      : s(backend, plain, taking(TagFilter::untagged_and({"cpu"}))),
        second(s.engine_store(), taking(TagFilter::only({"gpu"}))) {
    gpu(second);
  }
  void start_second() { REQUIRE(second.start()); }

  Registrations plain{"plain"};
  Registrations gpu{"gpu"};
  Scenario s;
  Runtime second;
};

}  // namespace

TEST_CASE("two runtimes share the activities of one instance by their tags",
          "[tags][workers][same-process]") {
  Pair pair(EVERY_BACKEND);
  pair.start_second();
  pair.s.start("i", "Mixed");
  const auto places = pair.s.client().wait_for_output<std::vector<std::string>>("i", ample).value();
  REQUIRE(places.size() == 30);
  for (std::size_t i = 0; i < places.size(); i += 3) {
    CHECK(places[i] == "plain -");
    CHECK(places[i + 1] == "plain cpu");
    CHECK(places[i + 2] == "gpu gpu");
  }
  CHECK(*pair.plain.runs == 20);
  CHECK(*pair.gpu.runs == 10);
  std::size_t with_tag = 0;
  for (const Event& event : pair.s.history("i")) {
    const auto* scheduled = std::get_if<event::ActivityScheduled>(&event.kind);
    with_tag += scheduled != nullptr && scheduled->tag == "gpu" ? 1 : 0;
  }
  CHECK(with_tag == 10);
}

TEST_CASE("an activity waits until somebody takes its tag", "[tags][same-process]") {
  Pair pair(EVERY_BACKEND);
  pair.s.start("i", "OneCall", std::string("gpu"));
  REQUIRE(pair.s.client().wait_for_status_change("i", 0, ample));
  const auto pending = ManagementClient(pair.s.store()).list_pending_activities("i").value();
  REQUIRE(pending.size() == 1);
  CHECK(pending[0].tag == "gpu");
  CHECK(pair.s.run("j", "OneCall", std::string("cpu")).output() == "plain cpu");
  CHECK(pair.s.client().get_status("i").value().is_running());
  pair.start_second();
  CHECK(pair.s.wait("i").output() == "gpu gpu");
}

TEST_CASE("an activity whose tag nobody takes is given up, and never run",
          "[tags][cancellation][same-process]") {
  Pair pair(EVERY_BACKEND);
  SECTION("when it loses to a timer") {
    CHECK(pair.s.run("i", "Race").output() == "the timer");
  }
  SECTION("when its call is dropped") {
    CHECK(pair.s.run("i", "Drop").output() == "dropped");
  }
  const auto types = pair.s.types("i");
  CHECK(std::count(types.begin(), types.end(), "ActivityCancelRequested") == 1);
  CHECK(pair.s.depths() == QueueDepths{});
  pair.start_second();
  CHECK(pair.s.run("j", "OneCall", std::string("gpu")).output() == "gpu gpu");
  CHECK(*pair.gpu.runs == 1);
}

TEST_CASE("tags hold in every execution of a chain", "[tags][continue-as-new][same-process]") {
  Pair pair(EVERY_BACKEND);
  pair.start_second();
  CHECK(pair.s.run("i", "Chain").output() == "plain cpu;gpu gpu;plain cpu;");
}

}  // namespace duroxide::tags_test
