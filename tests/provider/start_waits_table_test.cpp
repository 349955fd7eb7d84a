// The table of those who wait for a start or a first turn.

#include <catch2/catch.hpp>

#include "engine/start_waits.hpp"

namespace duroxide::start_waits_table_test {

using Status = provider::Answer<OrchestrationStatus>;

TEST_CASE("a wait for a start ends with who waits", "[waits][starts]") {
  const storage::Holder gone{1};
  const storage::Holder stays{2};
  storage::StartWaits waits;
  const auto nobody = [](const Status&) {};
  waits.add("a", gone, 1, false, nobody);
  waits.add("a", gone, 2, true, nobody);
  waits.add("a", stays, 1, true, nobody);
  waits.add("b", gone, 3, false, nobody);
  waits.drop(gone);
  CHECK(waits.take("b", true).empty());
  CHECK_FALSE(waits.stop(gone, 1));
  CHECK_FALSE(waits.empty());
  CHECK(waits.take("a", false).empty());
  CHECK(waits.take("a", true).size() == 1);
  CHECK(waits.empty());
}

}  // namespace duroxide::start_waits_table_test
