// Workloads on real files, cut off at any moment by a loss of power: whatever of the writes that were
// not flushed is lost, kept or torn, the store opens, is sound, has everything that was acknowledged,
// and comes to the right results.
//
// DUROXIDE_SEED repeats a run, DUROXIDE_POWER_IMAGES says at how many images of each workload to look,
// DUROXIDE_POWER_IMAGE looks at one by its number, DUROXIDE_POWER_TRACE at a trace that was kept (of
// the workload that DUROXIDE_POWER_WORKLOAD names). A failure says all of these.

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "power/campaign.hpp"
#include "property/from_environment.hpp"
#include "support/tried.hpp"

namespace duroxide::power_loss_test {

using namespace duroxide::power;
using property::from_environment;

namespace {

constexpr std::uint64_t images_of_each = 200;
/// After these, the rest of a workload's failures is only counted.
constexpr std::size_t failures_told = 3;

std::string text_from_environment(const char* name) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return text == nullptr ? std::string() : std::string(text);
}

Campaign campaign() {
  constexpr std::uint64_t every = ~std::uint64_t{0};
  Campaign campaign;
  campaign.seed = from_environment("DUROXIDE_SEED", 1);
  campaign.count = from_environment("DUROXIDE_POWER_IMAGES", images_of_each);
  const std::uint64_t only = from_environment("DUROXIDE_POWER_IMAGE", every);
  if (only != every) {
    campaign.first = only;
    campaign.count = 1;
  }
  return campaign;
}

void tell(const Recording& recording, const Outcome& outcome) {
  std::cout << recording.workload().name << ": a trace of " << recording.trace().size()
            << " records, " << outcome.looked_at << " images, " << outcome.gone_on_with
            << " gone on with, " << outcome.failures.size() << " wrong"
            << std::endl;  // not to be printed by children too
}

void fail(const Recording& recording, const Outcome& outcome, std::uint64_t seed) {
  for (const Outcome::Failure& failure : outcome.failures) {
    if (&failure - outcome.failures.data() >= static_cast<std::ptrdiff_t>(failures_told)) {
      break;
    }
    const auto kept = keep(recording, failure.image);
    UNSCOPED_INFO("DUROXIDE_SEED=" << seed << " DUROXIDE_POWER_IMAGE=" << failure.image.number
                                   << " DUROXIDE_POWER_WORKLOAD='" << recording.workload().name
                                   << "' DUROXIDE_POWER_TRACE=" << (kept / "trace").string()
                                   << "\ncut at record " << failure.image.cut << ", "
                                   << name_of(failure.image.loss) << "; the image is in "
                                   << kept.string() << "\n"
                                   << failure.what);
  }
  CHECK(outcome.failures.empty());
}

}  // namespace

TEST_CASE("nothing that was acknowledged is lost with the power", "[power][restart]") {
  const std::string trace = text_from_environment("DUROXIDE_POWER_TRACE");
  const std::string only = text_from_environment("DUROXIDE_POWER_WORKLOAD");
  std::array<std::uint64_t, loss_count> by_loss{};
  std::uint64_t images = 0;
  for (const Workload& workload : workloads()) {
    if (!only.empty() && workload.name != only) {
      continue;
    }
    Campaign plan = campaign();
    plan.count = (plan.count + workload.cost - 1) / workload.cost;
    const auto recording = trace.empty() ? std::make_unique<Recording>(workload, plan.seed)
                                         : std::make_unique<Recording>(workload, trace);
    const Outcome outcome = look_at_images(*recording, plan);
    tell(*recording, outcome);
    fail(*recording, outcome, plan.seed);
    CHECK(outcome.looked_at == plan.count);
    images += outcome.looked_at;
    for (std::size_t loss = 0; loss < by_loss.size(); ++loss) {
      by_loss.at(loss) += outcome.by_loss.at(loss);
    }
  }
  std::string text = std::to_string(images) + " images of lost power, of a store:";
  for (std::size_t loss = 0; loss < by_loss.size(); ++loss) {
    text += std::string(loss == 0 ? " " : ", ") + name_of(static_cast<Loss>(loss)) + " " +
            std::to_string(by_loss.at(loss));
  }
  testing::tell_tried(text);
}

TEST_CASE("a disk that ignores flushes is found out", "[power]") {
  const Recording recording(workloads().front(), 1);
  Campaign plan;
  plan.count = 30;
  plan.flushes = Disk::Flushes::are_ignored;
  const Outcome outcome = look_at_images(recording, plan);
  // Where nothing is lost, and before anything was acknowledged, there is nothing to find.
  CHECK(outcome.failures.size() > plan.count / 4);
}

TEST_CASE("a store that does not flush is found out", "[power]") {
  const Recording recording(workload_without_flushes(), 1);
  Campaign plan;
  plan.count = 30;
  const Outcome outcome = look_at_images(recording, plan);
  CHECK(outcome.failures.size() > plan.count / 4);
}

}  // namespace duroxide::power_loss_test
