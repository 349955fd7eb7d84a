// User code that does not end when the runtime does.

#include <atomic>
#include <memory>

#include "hangs.hpp"
#include "neighbours.hpp"

namespace duroxide::stopping_test {

using namespace duroxide::hostile;

TEST_CASE("an activity that outlives the stop of its runtime runs again, and its result is refused",
          "[hostile][stop][activities]") {
  const auto entered = std::make_shared<Gate>();
  const auto leave = std::make_shared<Gate>();
  const auto runs = std::make_shared<std::atomic<int>>(0);
  Scenario s(
      EVERY_BACKEND, beside_good([=](Runtime& runtime) {
        runtime.register_orchestration("Calls", calls_hanging).register_activity("Hangs", [=] {
          const int run = ++*runs;
          entered->open();
          if (run == 1) {
            leave->wait();
          }
          return "run " + std::to_string(run);
        });
      }),
      impatient());
  Neighbours neighbours(s);
  s.start("i", "Calls");
  entered->wait();
  s.stop_runtime();
  s.start_runtime();
  CHECK(s.wait("i").output() == "run 2");
  leave->open();
  neighbours.end_well();
  CHECK(s.wait("i").output() == "run 2");
}

}  // namespace duroxide::stopping_test
