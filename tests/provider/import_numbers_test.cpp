// The numbers of the executions in a document that is imported.

#include <cstdint>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "conformance/ended.hpp"
#include "provider/world.hpp"

namespace duroxide::import_numbers_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using Catch::Contains;

namespace {

/// `a`, exported when it had completed in its third execution.
InstanceExport three_executions(World& world) {
  world.start("a");
  for (int i = 0; i < 2; ++i) {
    const auto item = world.fetch_one();
    auto ack = ack_of(item, {started_event()});
    const auto next = continue_of(item);
    ack.metadata = next.metadata;
    ack.orchestrator_items = next.orchestrator_items;
    world.ack(with_end(ack)).value();
  }
  const auto item = world.fetch_one();
  auto ack = ack_of(item, {started_event()});
  ack.metadata = complete_of(item).metadata;
  world.ack(with_end(ack)).value();
  return world.manage<Answer<InstanceExport>>(management::ExportInstance{"a"}).value();
}

/// The same as another instance, without those executions.
InstanceExport without(InstanceExport exported, std::size_t first, std::size_t count) {
  exported.instance_id = "b";
  const auto at = exported.executions.begin() + static_cast<std::ptrdiff_t>(first);
  exported.executions.erase(at, at + static_cast<std::ptrdiff_t>(count));
  return exported;
}

Answer<RestoredInstance> import(World& world, InstanceExport exported) {
  return world.manage<Answer<RestoredInstance>>(management::ImportInstance{std::move(exported)});
}

std::string why_refused(World& world, InstanceExport exported) {
  const auto answer = import(world, std::move(exported));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ProviderError::Kind::invalid_input);
  CHECK(world.status("b").is_not_found());
  return answer.error().message;
}

}  // namespace

TEST_CASE("executions of an import follow each other without a gap", "[restore]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto whole = three_executions(world);
  REQUIRE(whole.executions.size() == 3);
  CHECK_THAT(why_refused(world, without(whole, 1, 1)),
             Contains("execution 3 does not follow execution 1"));
  // What was pruned leaves no gap.
  CHECK(import(world, without(whole, 0, 2)));
}

TEST_CASE("the executions of an import have numbers that leave room for more", "[restore]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  InstanceExport one = without(three_executions(world), 0, 2);
  one.executions[0].execution_id = 0;
  CHECK_THAT(why_refused(world, one), Contains("counted from 1"));
  one.executions[0].execution_id = ~std::uint64_t{0};
  CHECK_THAT(why_refused(world, one),
             Contains("execution 18446744073709551615 is beyond the last that there can be"));
  one.executions[0].execution_id = std::uint64_t{1} << 60U;
  CHECK(import(world, one));
}

}  // namespace duroxide::import_numbers_test
