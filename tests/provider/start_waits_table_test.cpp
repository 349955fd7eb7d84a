// Those who wait for a start or a first turn: their table, and what they leave to the open batch.

#include <cstdint>
#include <memory>

#include <catch2/catch.hpp>

#include "engine/start_waits.hpp"
#include "engine/transaction.hpp"
#include "engine/waiting.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::start_waits_table_test {

using Status = provider::Answer<OrchestrationStatus>;

namespace {

/// Commits nothing by itself.
struct Host final : storage::CommitTiming::Host {
  void commit_soon() override {}
  void tick_in(Milliseconds /*delay*/) override {}
};

}  // namespace

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

TEST_CASE("a wait for the first turn of an instance that is there leaves nothing to a batch",
          "[waits][starts]") {
  auto before = std::make_unique<testing::FaultyWorld>();
  before->world.start("a");
  const auto kv = before->kv;
  before.reset();
  storage::Batch batch(*kv);
  Host host;
  ManualClock clock;
  const storage::EngineOptions options;
  storage::Memory memory(batch, storage::begin_opening(*kv),
                         std::make_shared<storage::WaitingReasons>(), host, options);
  storage::Transaction transaction(batch, memory, clock, options, [](const LogRecord&) {});
  const auto nobody = [](const Status&) {};
  for (const std::uint64_t wait_id : {1U, 1U, 2U}) {
    storage::wait_for_start(transaction, storage::Holder{1}, {"a", wait_id, true}, nobody);
  }
  CHECK_FALSE(transaction.start_waits().empty());
  CHECK(transaction.outcome().created.empty());
}

}  // namespace duroxide::start_waits_table_test
