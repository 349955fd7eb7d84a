// Orchestration code and callbacks that hold a thread of the engine's.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "hangs.hpp"
#include "neighbours.hpp"

namespace duroxide::holding_test {

using namespace duroxide::hostile;

namespace {

/// What a log was told, for whoever waits for a line.
class Lines {
 public:
  void add(const std::string& line) {
    {
      const std::lock_guard lock(mutex_);
      lines_.push_back(line);
    }
    came_.notify_all();
  }
  /// Waits until so many lines hold `part`, and returns those.
  std::vector<std::string> wait_for(std::size_t count, const std::string& part) {
    std::unique_lock lock(mutex_);
    std::vector<std::string> found;
    came_.wait(lock, [&] {
      found.clear();
      for (const std::string& line : lines_) {
        if (contains(line, part)) {
          found.push_back(line);
        }
      }
      return found.size() >= count;
    });
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> lines_;
};

/// A local of which the destructor waits.
class WaitsAtItsEnd {
 public:
  explicit WaitsAtItsEnd(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}
  ~WaitsAtItsEnd() { gate_->wait(); }
  WaitsAtItsEnd(const WaitsAtItsEnd&) = delete;
  WaitsAtItsEnd& operator=(const WaitsAtItsEnd&) = delete;

 private:
  std::shared_ptr<Gate> gate_;
};

RuntimeOptions told_to(const std::shared_ptr<Lines>& lines) {
  return impatient().log_sink([lines](const LogRecord& line) { lines->add(line.message); });
}

std::vector<std::string> overdue(Scenario& s) {
  std::vector<std::string> found;
  const auto stuck = ManagementClient(s.store()).list_stuck();
  REQUIRE(stuck);
  for (const StuckInstance& each : *stuck) {
    if (each.kind == StuckKind::overdue) {
      CHECK(each.orchestration_name == "Holds");
      found.push_back(each.instance_id);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("turns that do not end hold up nobody else, and are listed until they end",
          "[hostile][threads][management]") {
  const auto lines = std::make_shared<Lines>();
  const auto leave = std::make_shared<Gate>();
  Scenario s(EVERY_BACKEND, beside_good([=](Runtime& runtime) {
               runtime.register_orchestration(
                   "Holds", [=](OrchestrationContext context) -> Task<std::string> {
                     const std::string go = co_await context.wait_for_external_event("Go");
                     leave->wait();
                     co_return "left";
                   });
             }),
             told_to(lines));
  Neighbours neighbours(s);
  const std::vector<std::string> ids{"a", "b", "c", "d"};
  for (const std::string& id : ids) {
    s.start(id, "Holds");
    s.raise(id, "Go");
  }
  lines->wait_for(ids.size(), "without awaiting anything");
  neighbours.end_well();
  CHECK(overdue(s).size() == ids.size());
  CHECK(ManagementClient(s.store()).get_metrics().value().overdue_turns == ids.size());

  leave->open();
  for (const std::string& id : ids) {
    CHECK(s.wait(id).output() == "left");
  }
  lines->wait_for(ids.size(), "has come to an end");
  CHECK(overdue(s).empty());
}

TEST_CASE("a runtime stops although a turn does not end, and its instance goes on with the next",
          "[hostile][stop][threads]") {
  const auto lines = std::make_shared<Lines>();
  const auto leave = std::make_shared<Gate>();
  const auto turns = std::make_shared<std::atomic<int>>(0);
  Scenario s(EVERY_BACKEND, beside_good([=](Runtime& runtime) {
               runtime.register_orchestration(
                   "Holds", [=](OrchestrationContext context) -> Task<std::string> {
                     const std::string go = co_await context.wait_for_external_event("Go");
                     if (++*turns == 1) {
                       leave->wait();
                     }
                     co_return "left";
                   });
             }),
             told_to(lines));
  Neighbours neighbours(s);
  s.start("i", "Holds");
  s.raise("i", "Go");
  lines->wait_for(1, "without awaiting anything");
  s.stop_runtime();
  s.start_runtime();
  CHECK(s.wait("i").output() == "left");
  leave->open();
  neighbours.end_well();
}

TEST_CASE("a first turn that lasts is told with its trace, and so is what it leaves behind",
          "[hostile][threads][tracing]") {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const auto lines = std::make_shared<Lines>();
  const auto go_on = std::make_shared<Gate>();
  const auto leave = std::make_shared<Gate>();
  Scenario s(EVERY_BACKEND, beside_good([=](Runtime& runtime) {
               runtime.register_orchestration(
                   "Holds", [=](OrchestrationContext context) -> Task<std::string> {
                     const WaitsAtItsEnd local(leave);
                     go_on->wait();
                     co_return co_await context.wait_for_external_event("Never");
                   });
             }),
             impatient().log_sink([lines](const LogRecord& line) {
               lines->add(line.message + " trace=" + line.trace_id);
             }));
  s.start(
      "i", "Holds", std::string(),
      StartOptions().headers(Headers().set("traceparent", "00-" + trace + "-b7ad6b7169203331-01")));
  lines->wait_for(1, "without awaiting anything");
  go_on->open();
  lines->wait_for(1, "has come to an end");
  REQUIRE(ManagementClient(s.store()).terminate_instance("i", "enough"));
  const auto lasts = lines->wait_for(2, "without awaiting anything");
  leave->open();
  const auto ended = lines->wait_for(2, "has come to an end");
  for (const auto& told : {lasts, ended}) {
    for (const std::string& line : told) {
      CHECK_THAT(line, Catch::Matchers::EndsWith(" trace=" + trace));
    }
  }
}

TEST_CASE("a callback that does not end holds up nobody else", "[hostile][threads][client]") {
  Scenario s(EVERY_BACKEND, beside_good([](Runtime&) {}), impatient());
  Neighbours neighbours(s);
  Gate entered;
  Gate leave;
  Gate left;
  const Client other(s.store());  // which waits for its callback when it goes
  other.get_orchestration_status("nobody", [&](const auto&) {
    entered.open();
    leave.wait();
    left.open();
  });
  entered.wait();
  neighbours.end_well();
  leave.open();
  left.wait();
}

}  // namespace duroxide::holding_test
