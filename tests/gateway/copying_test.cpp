// Copies of instances from one store into another.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/command_fixture.hpp"
#include "gateway/copy/copy_instances.hpp"

using namespace duroxide;
using namespace duroxide::gateway;

namespace duroxide::gateway_copying_test {

namespace {

Task<std::string> ask_child(OrchestrationContext ctx) {
  ctx.set_value("asked", std::string("the child"));
  ctx.set_custom_status("waits for its child");
  SubOrchestrationOptions options;
  options.instance_id(ctx.instance_id() + "/child");
  co_return co_await ctx.schedule_sub_orchestration("Approval", std::string(), options);
}

/// Follows one that need not be there before it is told to go.
Task<std::string> follow_other(OrchestrationContext ctx, std::string other) {
  (void)co_await ctx.wait_for_external_event("Go");
  const auto end = co_await ctx.await_instance(other).as_result();
  co_return end ? "followed " + *end : "lost";
}

/// Waits for a child of its own and for another instance at once.
Task<std::string> ask_both(OrchestrationContext ctx, std::string other) {
  SubOrchestrationOptions options;
  options.instance_id(ctx.instance_id() + "/child");
  auto child = ctx.schedule_sub_orchestration("Approval", std::string(), options);
  auto end = ctx.await_instance(other);
  const auto both = co_await when_all(std::move(child), std::move(end));
  co_return std::get<0>(both) + std::get<1>(both);
}

Task<std::string> call_activity(OrchestrationContext ctx, std::string input) {
  co_return co_await ctx.schedule_activity("Boil", input);
}

Task<std::string> sleep_for_an_hour(OrchestrationContext ctx) {
  const std::string rest = "rested";
  co_await ctx.schedule_timer(1h);
  co_return rest;
}

/// A store, and what works on it while there is a runtime.
struct Side {
  void work() {
    runtime.emplace(store);
    runtime->register_orchestration("Approval", wait_for_approval)
        .register_orchestration("Failing", fail_at_once)
        .register_orchestration("Parent", wait_for_child)
        .register_orchestration("AskChild", ask_child)
        .register_orchestration("Follow", follow_other)
        .register_orchestration("AskBoth", ask_both)
        .register_orchestration("Call", call_activity)
        .register_orchestration("Sleep", sleep_for_an_hour)
        .register_activity("Boil", [](const std::string& input) { return "hot " + input; });
    REQUIRE(runtime->start());
  }
  void rest() { runtime.reset(); }

  void start(const std::string& instance, const std::string& orchestration,
             const std::string& input = {}, const StartOptions& options = StartOptions()) {
    REQUIRE(client.start_orchestration(instance, orchestration, input, options));
  }
  void await(const std::string& instance) { REQUIRE(client.wait_for_completion(instance, 60s)); }
  std::string output_of(const std::string& instance) {
    const auto status = client.wait_for_completion(instance, 60s);
    REQUIRE(status);
    CAPTURE(instance, status->to_string());
    REQUIRE(status->is_completed());
    return status->output_as<std::string>().value();
  }
  [[nodiscard]] std::vector<std::string> ids() const {
    return management.list_all_instances().value();
  }
  /// Waits until nothing is handed out or on its way.
  void settle(const std::function<bool()>& is_done) const {
    auto changes = management.subscribe().value();
    while (!is_done()) {
      (void)changes.next(100ms);
    }
  }
  /// Has one that follows another do so, and waits until it does.
  void go(const std::string& instance) {
    REQUIRE(client.raise_event(instance, "Go", std::string()));
    settle([&] {
      const auto details = management.get_instance_details(instance).value();
      return details && details->current_execution &&
             !details->current_execution->pending_children.empty();
    });
  }
  void check_sound() const { CHECK(management.verify().value().is_clean()); }

  Store store = MemoryProvider::create(MemoryOptions().log_sink({}));
  Client client{store};
  ManagementClient management{store};
  std::optional<Runtime> runtime;
};

struct CopyFixture {
  CopyReport copy(const CopyOptions& options = {}) {
    auto report = copy_instances(from.management, to.management, options, sink);
    CAPTURE(report ? "" : report.error().message);
    REQUIRE(report);
    return std::move(*report);
  }
  static CopyOptions with_running() {
    CopyOptions options;
    options.running = true;
    return options;
  }
  /// Some that have ended, in various ways.
  void end_some() {
    from.start("done", "Call", "tea", StartOptions().tag("green"));
    from.start("bad", "Failing");
    from.start("p", "Parent");
    for (const char* instance : {"done", "bad", "p"}) {
      from.await(instance);
    }
  }
  /// Of the store that is copied to, which is paused, from now on.
  void go_on() {
    REQUIRE(to.management.resume(PauseScope::of_store()));
    to.work();
  }

  Side from;
  Side to;
  CollectingSink sink;
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("copy: what has ended is the same in both stores, and passed over when it is done again",
          "[control][restore]") {
  CopyFixture f;
  f.from.work();
  f.end_some();
  const auto first = f.copy();
  CHECK(first.copied == 4);
  CHECK(first.already_there + first.different + first.running + first.refused == 0);
  CHECK_FALSE(first.has_paused);
  CHECK(f.sink.reported.done == 4);
  CHECK(f.sink.reported.total == 4);
  CHECK(f.to.ids() == f.from.ids());
  CHECK(f.to.output_of("done") == "hot tea");
  CHECK(f.to.management.get_instance_info("done").value().tags == Ids{"green"});
  // A child has its place below its parent.
  CHECK(f.to.management.get_instance_tree("p").value().all_ids() == Ids{"p", "c"});
  const auto again = f.copy();
  CHECK(again.copied == 0);
  CHECK(again.already_there == 4);
  f.to.check_sound();
  f.from.check_sound();
}

TEST_CASE("copy: a copy goes the other way too, and comes to the same", "[control][restore]") {
  CopyFixture f;
  f.from.work();
  f.end_some();
  f.copy();
  Side third;
  const auto back = copy_instances(f.to.management, third.management, {}, f.sink);
  REQUIRE(back);
  CHECK(back->copied == 4);
  const auto compared = copy_instances(f.from.management, third.management, {}, f.sink);
  REQUIRE(compared);
  CHECK(compared->already_there == 4);
}

TEST_CASE("copy: a dry run tells what is missing, and writes nothing", "[control][restore]") {
  CopyFixture f;
  f.from.work();
  f.end_some();
  f.from.start("waits", "Approval");
  CopyOptions options = CopyFixture::with_running();
  options.dry_run = true;
  const auto report = f.copy(options);
  CHECK(report.is_dry);
  CHECK(report.copied == 5);
  CHECK_FALSE(report.has_paused);
  CHECK(f.to.ids().empty());
  CHECK(f.from.management.list_paused().value().empty());
  CHECK(json_of(report)["would_copy"] == 5);
}

TEST_CASE("copy: a filter chooses what is copied", "[control][restore]") {
  CopyFixture f;
  f.from.work();
  f.end_some();
  CopyOptions options;
  options.filter.orchestration_name = "Failing";
  CHECK(f.copy(options).copied == 2);
  CHECK(f.to.ids() == Ids{"bad", "c"});
}

TEST_CASE("copy: what runs is left out and told", "[control][restore]") {
  CopyFixture f;
  f.from.work();
  f.end_some();
  f.from.start("waits", "Approval");
  REQUIRE(f.from.client.wait_for_value("waits", "stage", 60s));
  const auto report = f.copy();
  CHECK(report.copied == 4);
  CHECK(report.running == 1);
  CHECK(report.still_running == Ids{"waits"});
  CHECK(f.from.management.list_paused().value().empty());
  CHECK(f.to.client.get_orchestration_status("waits").value().is_not_found());
}

TEST_CASE("copy: what runs goes on in the other store alone, with what it waits for",
          "[control][restore][children][awaited][pause]") {
  CopyFixture f;
  f.from.work();
  f.from.start("follows", "Follow", "asks");  // it waits for what is created after it
  f.from.start("asks", "AskChild");
  f.from.go("follows");
  f.from.start("sleeps", "Sleep");
  f.from.start("held", "Approval");
  REQUIRE(f.from.client.wait_for_value("asks/child", "stage", 60s));
  REQUIRE(f.from.client.wait_for_value("held", "stage", 60s));
  REQUIRE(f.from.management.pause(PauseScope::of_instance("held")));
  REQUIRE(f.from.client.raise_event("held", "Approved", std::string("later")));
  REQUIRE(f.from.client.enqueue_event("asks", "Unread", std::string("note")));
  f.from.settle([&] {
    return f.from.management.get_queue_depths().value().orchestrator_queue == 1;  // for `held`
  });

  const auto report = f.copy(CopyFixture::with_running());
  CAPTURE(json_of(report).dump());
  CHECK(report.copied == 5);
  CHECK(report.different + report.running + report.refused == 0);
  CHECK(report.has_paused);
  f.to.check_sound();
  CHECK(f.to.management.get_instance_tree("asks").value().all_ids() == Ids{"asks", "asks/child"});
  CHECK(f.copy(CopyFixture::with_running()).already_there == 5);

  f.from.rest();
  f.go_on();
  REQUIRE(f.to.client.raise_event("asks/child", "Approved", std::string("yes")));
  CHECK(f.to.output_of("asks") == "yes");
  CHECK(f.to.output_of("follows") == "followed yes");
  CHECK(f.to.client.get_value("asks", "asked").value()->value == "the child");
  // What was paused by itself stays so, with what was sent to it.
  CHECK(f.to.client.get_orchestration_status("held").value().is_running());
  REQUIRE(f.to.management.resume(PauseScope::of_instance("held")));
  CHECK(f.to.output_of("held") == "later");
  CHECK(f.to.client.get_orchestration_status("sleeps").value().is_running());
  CHECK(f.from.client.get_orchestration_status("asks").value().is_running());
  // By now the two stores say so, of those that wait for another that they cannot be brought behind it.
  const auto again = f.copy(CopyFixture::with_running());
  CHECK(again.different == 2);
  CHECK(again.refused == 2);
  CHECK(again.already_there == 1);
  f.to.check_sound();
  // There the child stands before its parent, and yet has its place below it in a copy of the copy.
  Side third;
  const auto copied = copy_instances(f.to.management, third.management, {}, f.sink);
  REQUIRE(copied);
  CHECK(copied->copied == 4);
  CHECK(copied->running == 1);
  CHECK(f.sink.reported.done == 5);
  CHECK(third.management.get_instance_tree("asks").value().all_ids() == Ids{"asks", "asks/child"});
}

TEST_CASE("copy: an instance that has not begun begins in the other store",
          "[control][restore][starts]") {
  CopyFixture f;
  f.from.start("new", "Call", "tea");
  f.from.start("late", "Call", "milk", StartOptions().delay(1h));
  CHECK(f.copy(CopyFixture::with_running()).copied == 2);
  CHECK(f.copy(CopyFixture::with_running()).already_there == 2);
  f.go_on();
  CHECK(f.to.output_of("new") == "hot tea");
  CHECK(f.to.client.get_orchestration_status("late").value().is_running());
}

TEST_CASE("copy: instances that wait for each other are left out, and all that belongs to them",
          "[control][restore][awaited][children]") {
  CopyFixture f;
  f.from.work();
  f.from.start("one", "Follow", "two");
  f.from.start("two", "AskBoth", "one");
  f.from.start("third", "Follow", "two");
  f.from.start("alone", "Approval");
  f.from.go("one");
  f.from.go("third");
  REQUIRE(f.from.client.wait_for_value("two/child", "stage", 60s));
  REQUIRE(f.from.client.wait_for_value("alone", "stage", 60s));
  const auto report = f.copy(CopyFixture::with_running());
  CAPTURE(json_of(report).dump());
  CHECK(report.copied == 1);
  CHECK(report.refused == 4);
  CHECK(f.to.ids() == Ids{"alone"});
}

TEST_CASE("copy: what is there and is another is left as it is", "[control][restore]") {
  CopyFixture f;
  f.from.work();
  f.to.work();
  f.end_some();
  f.to.start("done", "Call", "coffee");
  f.to.start("bad", "Approval");
  f.to.await("done");
  const auto report = f.copy();
  CHECK(report.copied == 2);
  CHECK(report.different == 2);
  REQUIRE(report.differences.size() == 2);
  CHECK(report.differences[0].instance_id == "done");
  CHECK(report.differences[0].why == "execution 1: its event 1 is another");
  CHECK(report.differences[1].why == "it is of the orchestration `Approval` instead of `Failing`");
  CHECK(f.to.output_of("done") == "hot coffee");
}

TEST_CASE("copy: what runs is left out if what it waits for is another there",
          "[control][restore][children]") {
  CopyFixture f;
  f.from.work();
  f.from.start("asks", "AskChild");
  REQUIRE(f.from.client.wait_for_value("asks/child", "stage", 60s));
  f.to.start("asks/child", "Call", "tea");
  const auto report = f.copy(CopyFixture::with_running());
  CHECK(report.copied == 0);
  CHECK(report.different == 1);
  REQUIRE(report.refused == 1);
  CHECK(report.refusals[0].instance_id == "asks");
  CHECK(report.refusals[0].why == "it waits for `asks/child`, which is not the same there");
}

TEST_CASE("copy: one that is ended early is whole so far, and goes on when it is done again",
          "[control][restore]") {
  CopyFixture f;
  f.from.work();
  constexpr std::uint64_t all = 100;
  for (std::uint64_t i = 0; i < all; ++i) {
    f.from.start("i" + std::to_string(i), "Call", "tea");
  }
  for (std::uint64_t i = 0; i < all; ++i) {
    f.from.await("i" + std::to_string(i));
  }
  f.sink.goes_on = false;
  const auto stopped = copy_instances(f.from.management, f.to.management, {}, f.sink);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().kind == Kind::interrupted);
  const auto so_far = f.to.ids().size();
  CHECK(so_far < all);
  CHECK_THAT(stopped.error().message, Catch::Contains(std::to_string(so_far) + " instances"));
  f.sink.goes_on = true;
  const auto rest = f.copy();
  CHECK(rest.already_there == so_far);
  CHECK(rest.copied == all - so_far);
}

TEST_CASE("copy: a store that fails ends it, with what was copied until then",
          "[control][restore][errors]") {
  CopyFixture f;
  f.from.work();
  f.end_some();
  f.sink.on_progress = [&] { f.to.store.close(); };
  REQUIRE(copy_instances(f.from.management, f.to.management, {}, f.sink));
  const auto failed = copy_instances(f.from.management, f.to.management, {}, f.sink);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == Kind::failed);
  CHECK_THAT(failed.error().message, Catch::Contains("0 instances are copied"));
}

}  // namespace duroxide::gateway_copying_test
