// Interceptors: what they are told, what they may change, and what they refuse.

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

namespace duroxide::interceptors_test {

using testkit::TestOptions;
using testkit::TestSystem;

namespace {

/// Notes each call of a hook, and does what the test says.
class Notes : public Interceptor {
 public:
  explicit Notes(std::string name = "") : name_(std::move(name)) {}

  Admission before_start(InterceptedStart& start) override {
    note("start " + std::string(start.instance));
    start.headers.set("by", "client");
    return refused_start.empty() ? Admission() : refuse(refused_start);
  }
  void after_start(std::string_view instance, const ClientError* error) override {
    note("started " + std::string(instance) + (error == nullptr ? "" : " badly"));
  }
  void before_turn(const InterceptedTurn& turn) override { turns += turn.messages > 0 ? 1 : 0; }
  void after_turn(const InterceptedExecution& execution, const InterceptedTurn&,
                  TurnOutcome outcome) override {
    if (outcome != TurnOutcome::waits) {
      note("ended " + std::string(execution.instance));
    }
  }
  Admission before_step(const InterceptedExecution&, InterceptedStep& step) override {
    note("step " + std::string(step.name) + " " + std::to_string(step.event_id));
    if (!throws_at.empty() && step.name == throws_at) {
      throw std::runtime_error("no idea");
    }
    if (!adds_header.empty()) {
      step.headers.set(adds_header, "x");
    }
    return !refused_step.empty() && step.name == refused_step ? refuse("not for you") : Admission();
  }
  void after_step(const InterceptedExecution&, const EndedStep& step) override {
    note("over " + step.name + " " + std::to_string(step.event_id) +
         (step.outcome == EndedStep::Outcome::failed     ? " failed"
          : step.outcome == EndedStep::Outcome::given_up ? " given up"
                                                         : ""));
  }
  Admission before_activity(InterceptedActivity& activity) override {
    note("runs " + std::string(activity.activity));
    activity.headers.set("seen", "yes");
    return activity.activity == refused_activity ? refuse("not today") : Admission();
  }
  void after_activity(const InterceptedActivity& activity, Timestamp,
                      const ErrorDetails* error) override {
    note("ran " + std::string(activity.activity) + (error == nullptr ? "" : " badly"));
  }

  std::vector<std::string> notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  long count(const std::string& what) const {
    const auto all = notes();
    return std::count(all.begin(), all.end(), what);
  }

  std::string refused_start;
  std::string refused_step;
  std::string refused_activity;
  std::string throws_at;
  std::string adds_header;
  int turns = 0;

 private:
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(name_ + what);
  }

  const std::string name_;
  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
};

TestOptions with(const std::shared_ptr<Interceptor>& interceptor) {
  return TestOptions().runtime(
      RuntimeOptions().log_sink(stderr_log_sink(LogLevel::error)).interceptor(interceptor));
}

std::string added_header(const Headers& headers) {
  return headers.find("added") == nullptr ? "without" : "with";
}

Task<std::string> small(OrchestrationContext ctx) {
  co_return added_header(ctx.headers());
}

Task<std::string> steps(OrchestrationContext ctx) {
  const auto a = co_await ctx.schedule_activity("A").as_result();
  co_await ctx.schedule_timer(std::chrono::minutes(1));
  const auto child = co_await ctx.schedule_sub_orchestration("Small").as_result();
  co_return (a ? *a : a.error().message) + "|" + (child ? *child : child.error().message);
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Steps", steps)
      .register_orchestration("Small", small)
      .register_activity("A", [](ActivityContext& context) {
        return added_header(context.headers()) +
               (context.headers().find("seen") != nullptr ? ",seen" : "");
      });
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("interceptors: each hook once for each thing, whatever is replayed",
          "[interceptors][replay]") {
  const auto notes = std::make_shared<Notes>();
  TestSystem test(register_all, with(notes));  // it replays at each turn
  Client client = test.client().with_interceptor(notes);
  REQUIRE(client.start_orchestration("i", "Steps"));
  CHECK(test.wait("i").output() == "without,seen|without");
  for (const char* each : {"start i", "started i", "runs A", "ran A", "over A 2", "over timer 4"}) {
    CAPTURE(each);
    CHECK(notes->count(each) == 1);
  }
  CHECK(notes->count("step A 2") == 1);
  CHECK(notes->count("step Small 6") == 1);
  CHECK(notes->count("over Small 6") == 1);
  CHECK(notes->count("ended i") == 1);
  CHECK(notes->turns == 5);  // the start, three answers, the child's
  CHECK(*test.history("i").one<event::OrchestrationStarted>().headers.find("by") == "client");
}

TEST_CASE("interceptors: changed headers are recorded, and the same after a crash",
          "[interceptors][restart]") {
  const auto notes = std::make_shared<Notes>();
  notes->adds_header = "added";
  TestSystem test(register_all, with(notes));
  test.start("i", "Steps");
  notes->adds_header.clear();  // who asks again later would get another answer
  test.crash();
  test.advance(std::chrono::seconds(1));
  CHECK(test.history("i").one<event::ActivityScheduled>("A").headers ==
        Headers().set("added", "x"));
  CHECK(test.wait("i").output() == "with,seen|without");
}

TEST_CASE("interceptors: a refused start tells its caller, and leaves nothing",
          "[interceptors][starts]") {
  const auto notes = std::make_shared<Notes>();
  notes->refused_start = "no badge";
  TestSystem test(register_all);
  const auto started = test.client().with_interceptor(notes).start_orchestration("i", "Steps");
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == ClientError::Kind::start_refused);
  CHECK(started.error().message == "the start of instance i is refused: no badge");
  CHECK(test.status("i").is_not_found());
  CHECK(notes->notes() == Texts{"start i"});
}

TEST_CASE("interceptors: a refused step fails for the code, and replays so",
          "[interceptors][activities][children][errors]") {
  const auto notes = std::make_shared<Notes>();
  notes->refused_step = GENERATE("A", "Small");
  TestSystem test(register_all, with(notes));
  const auto status = test.run("i", "Steps");
  CHECK(status.output() ==
        (notes->refused_step == "A" ? "not for you|without" : "without,seen|not for you"));
  CHECK(notes->count("runs A") == (notes->refused_step == "A" ? 0 : 1));
  CHECK(test.outcomes().size() == (notes->refused_step == "A" ? 2U : 1U));
}

TEST_CASE("interceptors: code that tries a refused step again and again leaves its turn",
          "[interceptors][turns][limits]") {
  const auto notes = std::make_shared<Notes>();
  notes->refused_step = GENERATE("A", "Small");
  TestSystem test(register_all, with(notes));
  test.register_orchestration("Stubborn", [](OrchestrationContext ctx, bool calls) -> Task<int> {
    int refusals = 0;
    while (refusals < 1'000) {
      auto step = calls ? ctx.schedule_activity("A") : ctx.schedule_sub_orchestration("Small");
      const auto result = co_await std::move(step).as_result();
      refusals += result ? 0 : 1;
    }
    co_return refusals;
  });
  CHECK(test.run("i", "Stubborn", notes->refused_step == "A").output() == "1000");
  CHECK(test.turns() == 4);  // 256 refusals in each, and one that was sent to each but the first
}

TEST_CASE("interceptors: a refused delivery fails its call, which no policy repeats",
          "[interceptors][activities][errors]") {
  const auto notes = std::make_shared<Notes>();
  notes->refused_activity = "A";
  TestSystem test(register_all, with(notes));
  test.register_orchestration("Again", [](OrchestrationContext ctx) -> Task<std::string> {
    const auto options = ActivityOptions().retry(RetryPolicy().max_attempts(3));
    const auto result = co_await ctx.schedule_activity("A", "", options).as_result();
    co_return result ? *result : result.error().message;
  });
  CHECK(test.run("i", "Again").output() == "not today");
  CHECK(notes->count("runs A") == 1);
  CHECK(notes->count("ran A badly") == 1);
}

TEST_CASE("interceptors: what they throw refuses, or goes to the log", "[interceptors][errors]") {
  std::vector<std::string> lines;
  class Throws : public Interceptor {
   public:
    void after_step(const InterceptedExecution&, const EndedStep&) override {
      throw std::runtime_error("in after_step");
    }
    void before_turn(const InterceptedTurn&) override { throw 7; }
  };
  const auto notes = std::make_shared<Notes>();
  notes->throws_at = "A";
  const auto sink = [&lines](const LogRecord& record) { lines.push_back(record.message); };
  TestSystem test(
      register_all,
      TestOptions().runtime(
          RuntimeOptions().log_sink(sink).interceptor(notes).interceptor(nullptr).interceptor(
              std::make_shared<Throws>())));
  CHECK(test.run("i", "Steps").output() ==
        "an interceptor has thrown in before_step: no idea|without");
  const auto has = [&](const std::string& what) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(what) != std::string::npos;
    });
  };
  CHECK(has("thrown in after_step: in after_step"));
  CHECK(has("thrown in before_turn"));
}

TEST_CASE("interceptors: headers beyond the limits refuse the step", "[interceptors][limits]") {
  const auto notes = std::make_shared<Notes>();
  notes->adds_header = "Upper";
  TestSystem test(register_all, with(notes));
  CHECK_THAT(test.run("i", "Steps").output(), Catch::Contains("may hold lower-case letters"));
}

TEST_CASE("interceptors: several stand around each other", "[interceptors]") {
  class Order : public Interceptor {
   public:
    Order(std::string name, Texts& calls) : name_(std::move(name)), calls_(calls) {}
    Admission before_activity(InterceptedActivity&) override {
      calls_.push_back("before " + name_);
      return {};
    }
    void after_activity(const InterceptedActivity&, Timestamp, const ErrorDetails*) override {
      calls_.push_back("after " + name_);
    }

   private:
    std::string name_;
    Texts& calls_;
  };
  Texts calls;
  TestSystem test(register_all,
                  TestOptions().runtime(RuntimeOptions()
                                            .interceptor(std::make_shared<Order>("1", calls))
                                            .interceptor(std::make_shared<Order>("2", calls))));
  REQUIRE(test.run("i", "Steps").is_completed());
  CHECK(calls == Texts{"before 1", "before 2", "after 2", "after 1"});
}

}  // namespace duroxide::interceptors_test
