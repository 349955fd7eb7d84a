// Code that throws where and what nobody expects.

#include <memory>
#include <stdexcept>

#include "neighbours.hpp"
#include "trap.hpp"

namespace duroxide::throwing_test {

using namespace duroxide::hostile;

namespace {

struct Mute : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return nullptr; }
};

/// Cannot be copied without throwing something else.
struct Uncopyable {
  Uncopyable() = default;
  Uncopyable(const Uncopyable&) { throw std::runtime_error("thrown by a copy"); }
  Uncopyable& operator=(const Uncopyable&) = delete;
};

struct NoException {};

void throw_as_told(const std::string& what) {
  if (what == "mute") {
    throw Mute();
  }
  if (what == "uncopyable") {
    const Uncopyable thing;
    throw thing;
  }
  if (what == "no exception") {
    throw NoException();
  }
  if (what == "null text") {
    const char* nothing = nullptr;
    throw nothing;
  }
  if (what == "null pointer") {
    throw std::unique_ptr<int>();
  }
  if (what == "no text") {
    throw std::string();
  }
  if (what == "cancelled") {
    throw OrchestrationCancelled("not by anybody");
  }
  if (what == "no UTF-8") {
    throw std::runtime_error("\xff\xfe broken \x80");
  }
  throw std::runtime_error(std::string(std::size_t{80} << 20, 'x'));
}

Task<std::string> throws(OrchestrationContext context, std::string what) {
  const std::string same = co_await context.schedule_activity("Echo", what);
  throw_as_told(same);
  co_return "it did not throw";
}

Task<std::string> calls(OrchestrationContext context, std::string what) {
  co_return co_await context.schedule_activity("Throws", what);
}

Task<std::string> waits_for_child(OrchestrationContext context, std::string what) {
  co_return co_await context.schedule_sub_orchestration("Throws", what);
}

/// Its local goes at the end of its block, while the code runs.
Task<std::string> leaves_a_trap(OrchestrationContext context) {
  const Trap trap("thrown by a local");
  co_return co_await context.schedule_activity("Echo", std::string("in time"));
}

void register_throwing(Runtime& runtime) {
  runtime.register_orchestration("Throws", throws)
      .register_orchestration("Calls", calls)
      .register_orchestration("WaitsForChild", waits_for_child)
      .register_orchestration("LeavesATrap", leaves_a_trap)
      .register_activity("Throws", [](std::string what) {
        throw_as_told(what);
        return std::string("it did not throw");
      });
}

struct Thrown {
  const char* what;
  const char* told;
};

constexpr Thrown all_thrown[] = {
    {"mute", "says nothing"},        {"uncopyable", "thrown by a copy"},
    {"no exception", "NoException"}, {"null text", ""},
    {"null pointer", "unique_ptr"},  {"no text", ""},
    {"cancelled", "not by anybody"}, {"no UTF-8", "broken"},
    {"large", "83886080 bytes"},
};

}  // namespace

TEST_CASE(
    "whatever is thrown, by an activity, an orchestration or a child, fails its instance alone",
    "[hostile][errors]") {
  Scenario s(EVERY_BACKEND, beside_good(register_throwing), quiet());
  Neighbours neighbours(s);
  for (const char* orchestration : {"Throws", "Calls", "WaitsForChild"}) {
    for (const Thrown& thrown : all_thrown) {
      const std::string name = std::string(orchestration) + " " + thrown.what;
      INFO(name);
      s.start(name, orchestration, std::string(thrown.what));
      const ErrorDetails details = s.failure_of(name);
      if (*thrown.told == '\0') {
        CHECK(details.message.empty());
      } else {
        CHECK_THAT(details.message, Catch::Contains(thrown.told));
      }
      CHECK(details.message.size() <= (std::size_t{64} << 10));
    }
  }
  neighbours.end_well();
}

TEST_CASE("an error of 80 MB leaves little in history, store and management", "[hostile][errors]") {
  Scenario s(Backend::lmdb, beside_good(register_throwing), quiet());
  s.start("large", "WaitsForChild", std::string("large"));
  CHECK(s.failure_of("large").message.size() <= (std::size_t{64} << 10));
  const auto exported = ManagementClient(s.store()).export_instance("large");
  REQUIRE(exported);
  CHECK(exported->size() < (std::size_t{1} << 20));
}

TEST_CASE("a local whose destructor throws fails its instance", "[hostile][errors]") {
  Scenario s(EVERY_BACKEND, beside_good(register_throwing), quiet());
  Neighbours neighbours(s);
  s.start("i", "LeavesATrap");
  CHECK(s.failure_of("i").message == "thrown by a local");
  neighbours.end_well();
}

}  // namespace duroxide::throwing_test
