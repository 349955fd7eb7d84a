// An activity whose result throws when it is destroyed. What was made of it is not destroyed then by the
// compilers that this is built with, so a sanitizer finds it left behind.

#include <catch2/catch.hpp>

#include "neighbours.hpp"
#include "trap.hpp"

namespace duroxide::trapped_result_test {

using namespace duroxide::hostile;

TEST_CASE("a result whose destructor throws fails its activity", "[hostile][errors][activities]") {
  Scenario s(EVERY_BACKEND, beside_good([](Runtime& runtime) {
               runtime
                   .register_orchestration("CallsTrap",
                                           [](OrchestrationContext context) -> Task<std::string> {
                                             const std::string result =
                                                 co_await context.schedule_activity("ReturnsATrap");
                                             co_return result;
                                           })
                   .register_activity("ReturnsATrap", [] { return Trap("thrown by a result"); });
             }),
             quiet());
  Neighbours neighbours(s);
  s.start("i", "CallsTrap");
  CHECK(s.failure_of("i").message == "thrown by a result");
  neighbours.end_well();
}

}  // namespace duroxide::trapped_result_test
