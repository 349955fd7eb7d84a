// Processes that are killed at a random moment of what they do to a store: afterwards it is sound,
// holds everything that they were told, and a runtime goes on with it until all has ended.
//
// DUROXIDE_SEED repeats the moments, as far as processes can be repeated; DUROXIDE_FAULT_ROUNDS says how
// many are killed in each phase.

#include <catch2/catch.hpp>

#include "faults/child.hpp"
#include "faults/phases.hpp"
#include "faults/tally.hpp"
#include "faults/told_facts.hpp"
#include "property/from_environment.hpp"
#include "property/random.hpp"
#include "support/quick_directory.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::faults_kill_test {

using namespace duroxide::faults;
using power::Facts;
using property::Random;
namespace fs = std::filesystem;
using std::chrono::microseconds;

namespace {

/// Work on stores that all begin with the same contents.
class Work {
 public:
  explicit Work(const Phase& phase) : phase_(phase), directory_(testing::quick_directory()) {
    fs::create_directory(beginning());
    if (phase.prepare != nullptr) {
      Child preparing([&] { phase_.prepare(beginning()); });
      learn_rest(facts_, preparing);
      REQUIRE(preparing.how_it_ended().empty());
    }
  }

  /// How long it takes undisturbed.
  [[nodiscard]] microseconds undisturbed() {
    begin_anew();
    const auto began = std::chrono::steady_clock::now();
    Child child = work(0);
    Facts facts = facts_;
    learn_rest(facts, child);
    REQUIRE(child.how_it_ended().empty());
    return std::chrono::ceil<microseconds>(std::chrono::steady_clock::now() - began);
  }

  /// Kills the process after so long. Nothing if it had ended; else what is wrong now.
  [[nodiscard]] std::optional<std::string> kill_after(microseconds moment, std::uint64_t seed) {
    begin_anew();
    Facts facts = facts_;
    {
      Child child = work(seed);
      learn(facts, child, moment);
      child.kill();
      learn_rest(facts, child);
      if (!child.was_killed()) {
        REQUIRE(child.how_it_ended().empty());
        return std::nullopt;
      }
    }
    tally("facts known to killed processes", facts.size());
    return problems_in(root(), facts);
  }

  /// What is wrong with the beginning, for whoever has done all the work.
  [[nodiscard]] std::string problems_if_lost() {
    begin_anew();
    Facts facts = facts_;
    Child child = work(0);
    learn_rest(facts, child);
    begin_anew();
    return problems_in(root(), facts);
  }

 private:
  [[nodiscard]] fs::path beginning() const { return directory_.path() / "beginning"; }
  [[nodiscard]] fs::path root() const { return directory_.path() / "root"; }

  void begin_anew() const {
    fs::remove_all(root());
    fs::copy(beginning(), root(), fs::copy_options::recursive);
  }
  [[nodiscard]] Child work(std::uint64_t seed) const {
    return Child([root = root(), seed, run = phase_.run] {
      power::Site site(root, seed);
      run(site);
    });
  }

  const Phase& phase_;
  testing::TempDir directory_;
  Facts facts_;  ///< of the beginning
};

}  // namespace

TEST_CASE("whatever a process is doing when it is killed, nothing acknowledged is lost",
          "[faults][restart]") {
  constexpr std::uint64_t kills_of_each = 8;
  const std::uint64_t seed = property::from_environment("DUROXIDE_SEED", 1);
  const auto index = GENERATE(range(std::size_t{0}, phases().size()));
  const Phase& phase = phases().at(index);
  INFO("in " << phase.name << ", DUROXIDE_SEED=" << seed);
  Work work(phase);
  Random random(seed + index);
  auto longest = work.undisturbed();
  const std::uint64_t kills = (rounds(kills_of_each) + phase.cost - 1) / phase.cost;
  for (std::uint64_t killed = 0; killed < kills;) {
    const microseconds moment(random.below(static_cast<std::uint32_t>(longest.count())));
    const auto problems = work.kill_after(moment, killed);
    if (!problems) {
      longest =
          std::max(microseconds(1000), longest * 9 / 10);  // it was quicker than the first time
      continue;
    }
    ++killed;
    INFO("killed after " << moment.count() << " us");
    CHECK(*problems == "");
    tally("kills");
  }
}

TEST_CASE("a store that has lost what it acknowledged is found out", "[faults]") {
  Work work(phases().at(1));
  CHECK_FALSE(work.problems_if_lost().empty());
}

}  // namespace duroxide::faults_kill_test
