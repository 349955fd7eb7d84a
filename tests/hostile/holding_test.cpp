// Orchestration code and callbacks that hold a thread of the engine's.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
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
  /// Waits until so many lines hold `part`.
  void wait_for(std::size_t count, const std::string& part) {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] {
      std::size_t found = 0;
      for (const std::string& line : lines_) {
        found += contains(line, part) ? 1 : 0;
      }
      return found >= count;
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> lines_;
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
