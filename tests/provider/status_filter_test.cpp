// A cancelled instance is not a failed one and a paused one can be asked for, in listings and counts.

#include <catch2/catch.hpp>

#include "provider/acting_steps.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::status_filter_test {

using namespace duroxide::provider;
using namespace duroxide::testing;

namespace {

std::vector<InstanceSummary> rows(World& world, const InstanceFilter& filter) {
  auto found =
      world.manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{filter}).value();
  CHECK(world.manage<Answer<std::uint64_t>>(management::CountInstances{filter}).value() ==
        found.size());
  return found;
}

Ids ids(World& world, const StatusFilters& statuses,
        const std::optional<std::string>& orchestration = std::nullopt) {
  InstanceFilter filter;
  filter.status = statuses;
  filter.orchestration_name = orchestration;
  Ids found;
  for (const InstanceSummary& row : rows(world, filter)) {
    found.push_back(row.instance_id);
  }
  return found;
}

InstanceCounts counts(World& world) {
  return world.manage<Answer<InstanceCounts>>(management::GetInstanceCounts{}).value();
}

/// `done`, `bad`, `stopped` (by its own code), `killed` (terminated) and `runs`.
void populate(World& world) {
  for (const auto* id : {"done", "bad", "stopped", "killed", "runs"}) {
    world.start(id, id == std::string("runs") ? "Slow" : "Quick");
  }
  const auto items = world.fetch(5);
  world.ack(complete_of(items.at(0), "the output")).value();
  world.ack(fail_of(items.at(1), "no stock")).value();
  auto stopped = fail_of(items.at(2), "enough");
  stopped.metadata.failure->kind = ErrorKind::cancelled;
  world.ack(stopped).value();
  world.ack(ack_of(items.at(4))).value();
  terminate(world, "killed", "too slow").value();
}

}  // namespace

TEST_CASE("a cancelled instance is listed and counted apart from failed ones",
          "[status][cancellation][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  populate(world);
  CHECK(ids(world, {ExecutionStatus::failed}) == Ids{"bad"});
  CHECK(ids(world, {ExecutionStatus::cancelled}) == Ids{"stopped", "killed"});
  CHECK(ids(world, {ExecutionStatus::cancelled}, "Quick") == Ids{"stopped", "killed"});
  CHECK(ids(world, {ExecutionStatus::cancelled}, "Slow").empty());
  CHECK(ids(world, {OrchestrationStatus::Failed{}, OrchestrationStatus::Running{}}) ==
        Ids{"bad", "runs"});
  CHECK(ids(world, {OrchestrationStatus(ExecutionStatus::cancelled)}) == Ids{"stopped", "killed"});
  CHECK(ids(world, {OrchestrationStatus::NotFound{}}).empty());
  CHECK(counts(world) == InstanceCounts{5, 1, 1, 1, 2, 0});
  const auto metrics = world.manage<Answer<SystemMetrics>>(management::GetSystemMetrics{}).value();
  CHECK(metrics.failed_instances == 1);
  CHECK(metrics.cancelled_instances == 2);
  CHECK(metrics.total_executions == 5);
  const auto execution =
      world.manage<Answer<ExecutionInfo>>(management::GetExecutionInfo{"killed", 1}).value();
  CHECK(execution.status == ExecutionStatus::cancelled);
  CHECK(execution.output == "too slow");
}

TEST_CASE("a row carries what a failure says, and the output if it is asked for",
          "[status][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  populate(world);
  InstanceFilter filter;
  auto found = rows(world, filter);
  CHECK(found.at(0).status == ExecutionStatus::completed);
  CHECK(found.at(0).status.output().empty());
  REQUIRE(found.at(1).status.error() != nullptr);
  CHECK(found.at(1).status.error()->message == "no stock");
  CHECK_FALSE(found.at(1).cancelled);
  CHECK(found.at(1).status == ExecutionStatus::failed);
  CHECK(found.at(2).status.to_string() == "Cancelled: enough");
  CHECK(found.at(2).status == ExecutionStatus::cancelled);
  CHECK(found.at(2).status != ExecutionStatus::failed);
  CHECK(found.at(2).status.is_failed());
  CHECK(found.at(2).cancelled);
  CHECK(to_string(found.at(3).status) == "Cancelled");
  CHECK(found.at(4).status.is_running());
  filter.with_output = true;
  found = rows(world, filter);
  CHECK(found.at(0).status.output() == "the output");
  CHECK(found.at(1).status.error()->message == "no stock");
}

TEST_CASE("a row whose failure cannot be read is listed all the same", "[status][listing]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  populate(world);
  for (const storage::Number number : {1U, 2U, 3U}) {
    faulty.kv->plant(storage::Table::results, storage::make_key(number, std::uint64_t{1}),
                     "rubbish");
  }
  InstanceFilter filter;
  filter.with_output = true;
  const auto found = rows(world, filter);
  REQUIRE(found.size() == 5);
  CHECK(found.at(0).status == ExecutionStatus::completed);
  CHECK(found.at(1).status == ExecutionStatus::failed);
  CHECK(found.at(1).status.error()->message.find("cannot be read") != std::string::npos);
  CHECK(found.at(2).status == ExecutionStatus::cancelled);
}

TEST_CASE("paused instances are found by whatever pauses them", "[status][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  populate(world);
  world.start("other", "Other");
  const StatusFilters paused_ones{StatusFilter::paused()};
  CHECK(ids(world, paused_ones).empty());

  pause(world, PauseScope::of_instance("runs")).value();
  CHECK(ids(world, paused_ones) == Ids{"runs"});
  CHECK(counts(world).paused == 1);
  CHECK(ids(world, paused_ones, "Slow") == Ids{"runs"});
  CHECK(ids(world, paused_ones, "Other").empty());
  CHECK(ids(world, {StatusFilter::paused(), ExecutionStatus::failed}) == Ids{"bad", "runs"});
  CHECK(ids(world, {StatusFilter::paused(), ExecutionStatus::running}) == Ids{"runs", "other"});

  pause(world, PauseScope::of_orchestration("Slow")).value();  // counted once
  pause(world, PauseScope::of_orchestration("Quick")).value();
  CHECK(ids(world, paused_ones) == Ids{"runs"});
  CHECK(counts(world).paused == 1);
  resume(world, PauseScope::of_instance("runs")).value();
  CHECK(ids(world, paused_ones) == Ids{"runs"});
  CHECK(ids(world, paused_ones, "Slow") == Ids{"runs"});

  pause(world, PauseScope::of_store()).value();
  CHECK(ids(world, paused_ones) == Ids{"runs", "other"});
  CHECK(counts(world) == InstanceCounts{6, 2, 1, 1, 2, 2});
  const auto health = world.manage<Answer<SystemHealth>>(management::GetSystemHealth{}).value();
  CHECK(health.paused_instances == 2);
}

TEST_CASE("what was cancelled can be rewound, exported and imported",
          "[status][cancellation][listing]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  populate(world);
  const auto exported =
      world.manage<Answer<InstanceExport>>(management::ExportInstance{"killed"}).value();
  CHECK(exported.executions.back().status == ExecutionStatus::failed);  // as in every release
  World other(Backend::memory);
  auto given = exported;
  SECTION("as exported") {}
  SECTION("named for what it is") {
    given.executions.back().status = ExecutionStatus::cancelled;
  }
  other.manage<Answer<RestoredInstance>>(management::ImportInstance{given}).value();
  CHECK(ids(other, {ExecutionStatus::cancelled}) == Ids{"killed"});
  CHECK(ids(other, {ExecutionStatus::failed}).empty());
  CHECK(other.manage<Answer<ExecutionInfo>>(management::GetExecutionInfo{"killed", 1})
            .value()
            .status == ExecutionStatus::cancelled);
  const auto report = other.manage<Answer<VerifyReport>>(management::VerifyStore{}).value();
  CHECK(report.is_clean());

  world.manage<Answer<RestoredInstance>>(management::RewindInstance{"killed", {}}).value();
  CHECK(ids(world, {ExecutionStatus::cancelled}) == Ids{"stopped"});
  CHECK(world.status("killed").is_running());
}

}  // namespace duroxide::status_filter_test
