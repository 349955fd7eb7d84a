// Which hooks of an interceptor are called, and what one that needs few does not cost.

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

namespace duroxide::hooks_test {

using testkit::TestOptions;
using testkit::TestSystem;

namespace {

using Texts = std::vector<std::string>;

/// Notes which hooks are called, and needs those that the test says.
class Called : public Interceptor {
 public:
  explicit Called(const InterceptorHooks& hooks) : hooks_(hooks) {}

  InterceptorHooks hooks() const override { return hooks_; }
  bool wants(const Headers& headers) const override {
    return headers.find("uninteresting") == nullptr;
  }
  Admission before_start(InterceptedStart&) override { return note("before_start"); }
  void after_start(std::string_view, const ClientError*) override { (void)note("after_start"); }
  void before_turn(const InterceptedTurn&) override { (void)note("before_turn"); }
  void after_turn(const InterceptedExecution&, const InterceptedTurn&,
                  TurnOutcome outcome) override {
    (void)note(outcome == TurnOutcome::waits ? "after_turn" : "after_execution");
  }
  Admission before_step(const InterceptedExecution&, InterceptedStep&) override {
    return note("before_step");
  }
  void after_step(const InterceptedExecution&, const EndedStep& step) override {
    (void)note(step.kind == StepKind::activity ? "after_call" : "after_step");
  }
  Admission before_activity(InterceptedActivity&) override { return note("before_activity"); }
  void before_headers(InterceptedActivity& activity) override {
    (void)note("before_headers");
    activity.headers.set(header, "made");
  }
  void after_activity(const InterceptedActivity& activity, Timestamp,
                      const ErrorDetails*) override {
    (void)note(activity.headers.find("late") == nullptr ? "after_activity"
                                                        : "after_activity, late");
  }

  /// Each that was called, once, by name.
  Texts names() const {
    const std::lock_guard lock(mutex_);
    Texts names = called_;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }
  long count(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return std::count(called_.begin(), called_.end(), name);
  }

  std::string header = "late";

 private:
  Admission note(std::string name) {
    const std::lock_guard lock(mutex_);
    called_.push_back(std::move(name));
    return {};
  }

  const InterceptorHooks hooks_;
  mutable std::mutex mutex_;
  Texts called_;
};

std::string looks(ActivityContext& context) {
  const bool first = context.headers().find("late") != nullptr;
  return first && &context.headers() == &context.headers() ? "late" : "never";
}

Task<std::string> code(OrchestrationContext ctx) {
  std::string seen = co_await ctx.schedule_activity("Looks");
  co_await ctx.schedule_timer(std::chrono::minutes(1));
  co_await ctx.schedule_activity("Does not");
  co_return seen;
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Code", code)
      .register_activity("Looks", looks)
      .register_activity("Does not", [] { return 1; });
}

/// What the instance came to whose runtime and client have these interceptors.
std::string run(const std::vector<std::shared_ptr<Called>>& interceptors,
                const StartOptions& options = StartOptions(), const LogSink& log = {}) {
  RuntimeOptions of_runtime = RuntimeOptions().log_sink(log);
  for (const auto& each : interceptors) {
    of_runtime.interceptor(each);
  }
  TestSystem test(register_all, TestOptions().runtime(of_runtime));
  Client client = test.client();
  for (const auto& each : interceptors) {
    client = client.with_interceptor(each);
  }
  REQUIRE(client.start_orchestration("i", "Code", "", options));
  return test.wait("i").output();
}

}  // namespace

TEST_CASE("interceptors: only the hooks that one needs are called", "[interceptors]") {
  const std::vector<std::pair<Texts, InterceptorHooks>> cases{
      {{}, InterceptorHooks::none()},
      {{"after_start"}, {true, false, false, false, false, false, false, false}},
      {{"before_turn"}, {false, true, false, false, false, false, false, false}},
      {{"after_execution", "after_turn"}, {false, false, true, false, false, false, false, false}},
      {{"after_execution"}, {false, false, false, true, false, false, false, false}},
      {{"before_step"}, {false, false, false, false, true, false, false, false}},
      {{"after_step"}, {false, false, false, false, false, true, false, false}},
      {{"after_call"}, {false, false, false, false, false, false, true, false}},
      {{"after_activity", "after_activity, late", "before_activity", "before_headers"},
       {false, false, false, false, false, false, false, true}}};
  for (auto [names, hooks] : cases) {
    CAPTURE(names);
    names.emplace_back("before_start");
    std::sort(names.begin(), names.end());
    const auto few = std::make_shared<Called>(hooks);
    const auto all = std::make_shared<Called>(InterceptorHooks());
    CHECK(run({few}) == (hooks.around_activity ? "late" : "never"));
    CHECK(few->names() == names);
    const auto beside = std::make_shared<Called>(hooks);
    CHECK(run({beside, all}) == "late");
    CHECK(beside->names() == names);
    CHECK(all->names().size() == 12);
  }
}

TEST_CASE("interceptors: of an instance that none wants to hear of none hears",
          "[interceptors][headers]") {
  const auto hooks = std::make_shared<Called>(InterceptorHooks());
  CHECK(run({hooks}, StartOptions().header("uninteresting", "")) == "never");
  CHECK(hooks->names() == Texts{"after_start", "before_start", "before_turn"});
}

TEST_CASE("interceptors: headers are changed once for an activity that looks",
          "[interceptors][headers]") {
  const auto hooks = std::make_shared<Called>(InterceptorHooks());
  CHECK(run({hooks}) == "late");
  CHECK(hooks->count("before_activity") == 2);
  CHECK(hooks->count("before_headers") == 1);
  CHECK(hooks->count("after_activity") == 1);
  CHECK(hooks->count("after_activity, late") == 1);
}

TEST_CASE(
    "interceptors: headers that exceed their limits when they are looked at stay as they were",
    "[interceptors][headers][limits]") {
  const auto hooks = std::make_shared<Called>(InterceptorHooks());
  hooks->header = "Upper";
  Texts lines;
  const auto log = [&lines](const LogRecord& record) { lines.push_back(record.message); };
  CHECK(run({hooks}, StartOptions(), log) == "never");
  CHECK(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("which stay as they were") != std::string::npos;
  }));
}

TEST_CASE("interceptors: one that cannot say what it needs is called for all",
          "[interceptors][errors]") {
  class Confused : public Called {
   public:
    Confused() : Called(InterceptorHooks::none()) {}
    InterceptorHooks hooks() const override { throw std::runtime_error("no idea"); }
    bool wants(const Headers&) const override { throw std::runtime_error("no idea"); }
  };
  const auto confused = std::make_shared<Confused>();
  CHECK(run({confused}) == "late");
  CHECK(confused->names().size() == 12);
}

}  // namespace duroxide::hooks_test
