// The system's clock is set while timers pend: nothing is lost, nothing early, and what is due is done.

#include <catch2/catch.hpp>

#include "faults/child.hpp"
#include "faults/failing_calls.hpp"
#include "faults/tally.hpp"
#include "faults/told_facts.hpp"
#include "power/site.hpp"
#include "support/quick_directory.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::faults_clock_test {

using namespace duroxide::faults;
using namespace std::chrono_literals;
using power::Site;

namespace {

/// Longer than anything here takes on a clock that is followed, and shorter than a timer may take to
/// notice by itself that the clock was set.
constexpr auto too_long = 40s;

void set_clock(std::chrono::nanoseconds by) {
  set_clock_forward(by);
  tell("set");
}

/// Starts what begins after so long.
void start_later(Site& site, const std::string& id, std::chrono::minutes delay) {
  site.client().schedule_orchestration(id, "Sum", std::string("1"), delay).value();
  power::fact::started(id, "Sum", "1");
}

/// Says how it is with an instance: `yes` if it has ended.
void tell_whether_ended(Site& site, const std::string& id) {
  const auto status = site.client().get_orchestration_status(id).value();
  tell(id + (status.is_terminal() ? " has ended" : " waits"));
}

void finish(Site& site, const std::string& id) {
  const auto status = site.client().wait_for_completion(id, too_long);
  tell(id + (status ? " has ended" : " waits"));
}

/// Short timers, which have the engine look at the clock.
void nap(Site& site, const std::string& id) {
  site.start(id, "Naps", "3");
  finish(site, id);
}

/// No timer has fired before its time, by the times that the history holds.
void tell_what_was_early(Site& site) {
  const auto instances = site.management().list_all_instances().value();
  for (const std::string& id : instances) {
    for (const std::uint64_t execution : site.management().list_executions(id).value()) {
      const auto history = site.management().read_execution_history(id, execution).value();
      for (const Event& event : history) {
        const auto* fired = std::get_if<event::TimerFired>(&event.kind);
        if (fired != nullptr && event.timestamp < fired->fire_at) {
          tell("a timer of " + id + " was early");
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("a clock that is set forward and back loses no timer, and fires none early",
          "[faults][clock][timers]") {
  const testing::TempDir temp(testing::quick_directory());
  power::Facts facts;
  std::vector<std::string> told;
  Child child([&] {
    Site site(temp.path(), 1);
    site.open();
    site.start_runtime();
    start_later(site, "in half an hour", 30min);
    start_later(site, "in three hours", 180min);
    nap(site, "nap 1");
    set_clock(1h);
    nap(site, "nap 2");  // is not kept waiting by what was armed before
    finish(site, "in half an hour");
    tell_whether_ended(site, "in three hours");
    set_clock(-2h);
    nap(site, "nap 3");
    tell_whether_ended(site, "in three hours");
    set_clock(5h);
    nap(site, "nap 4");
    finish(site, "in three hours");
    tell_what_was_early(site);
  });
  learn_rest(facts, child, [&](const std::string& text) { told.push_back(text); });
  CHECK(child.how_it_ended() == "");
  CHECK(told == std::vector<std::string>{"nap 1 has ended", "set", "nap 2 has ended",
                                         "in half an hour has ended", "in three hours waits", "set",
                                         "nap 3 has ended", "in three hours waits", "set",
                                         "nap 4 has ended", "in three hours has ended"});
  CHECK(problems_in(temp.path(), facts) == "");
  tally("jumps of the clock", 3);
}

}  // namespace duroxide::faults_clock_test
