// What the replay core asserts, broken from outside.

#include <memory>

#include <catch2/catch.hpp>

#include "replay/execution_core.hpp"
#include "support/expect_abort.hpp"

namespace duroxide::replay_invariants_test {

using duroxide::testing::words_of_abort;
using replay::Assignment;
using replay::TurnServices;

TEST_CASE("a step is completed once", "[invariants][replay]") {
  detail::Slot slot;
  detail::complete(slot, std::string("done"));
  CHECK(slot.complete);
  CHECK_THAT(words_of_abort([&] { detail::complete(slot, std::string("again")); }),
             Catch::Contains("a step is completed once"));
}

TEST_CASE("a shield that is lowered was raised", "[invariants][cancellation]") {
  detail::ExecutionCore core(std::make_shared<const Assignment>(),
                             std::make_shared<const TurnServices>());
  core.raise_shield();
  core.lower_shield();
  CHECK_THAT(words_of_abort([&] { core.lower_shield(); }),
             Catch::Contains("a shield that is lowered was raised"));
}

}  // namespace duroxide::replay_invariants_test
