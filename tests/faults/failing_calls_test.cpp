// Calls of the operating system that fail, once or from some moment on, while a process works on a
// store: each caller hears of it with a reason, nothing that was acknowledged is lost, nobody waits for
// ever, and when all calls work again so does the store.
//
// DUROXIDE_SEED chooses other calls, DUROXIDE_FAULT_ROUNDS more of them.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <catch2/catch.hpp>

#include "faults/at_risk.hpp"
#include "faults/child.hpp"
#include "faults/failing_calls.hpp"
#include "faults/tally.hpp"
#include "faults/told_facts.hpp"
#include "property/from_environment.hpp"
#include "property/random.hpp"
#include "support/kept_counts.hpp"
#include "support/quick_directory.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::faults_failing_calls_test {

using namespace duroxide::faults;
using property::Random;
namespace fs = std::filesystem;

namespace {

const std::string failed = "calls that failed: ";

struct Kind {
  Call call;
  int code;
};
constexpr std::array kinds{
    Kind{Call::open, EMFILE},         Kind{Call::open, EIO},
    Kind{Call::open, ENOMEM},         Kind{Call::read, EIO},
    Kind{Call::read, EINTR},          Kind{Call::read_log, EIO},
    Kind{Call::write, ENOSPC},        Kind{Call::write, EIO},
    Kind{Call::write, EINTR},         Kind{Call::write, half_done},
    Kind{Call::write_header, ENOSPC}, Kind{Call::write_header, EIO},
    Kind{Call::write_header, EINTR},  Kind{Call::write_header, half_done},
    Kind{Call::flush, EIO},           Kind{Call::flush, ENOSPC},
    Kind{Call::resize, ENOSPC},       Kind{Call::resize, EIO},
    Kind{Call::map, ENOMEM},          Kind{Call::rename, EIO},
    Kind{Call::rename, ENOSPC},       Kind{Call::remove, EIO},
};

/// How many calls of each kind an undisturbed process makes.
std::array<std::uint64_t, call_count> calls_of_undisturbed() {
  const testing::TempDir temp(testing::quick_directory());
  Child child([&] {
    watch(temp.path());
    work_at_risk(temp.path(), fail_no_more, std::chrono::minutes(1));
    for (std::size_t call = 0; call < call_count; ++call) {
      tell(std::to_string(calls_made(static_cast<Call>(call))));
    }
    testing::keep_counts();
  });
  std::vector<std::string> told;
  power::Facts facts;
  learn_rest(facts, child, [&](const std::string& text) { told.push_back(text); });
  REQUIRE(child.how_it_ended() == "");
  REQUIRE(told.size() == call_count);  // nothing was refused
  std::array<std::uint64_t, call_count> made{};
  std::transform(told.begin(), told.end(), made.begin(),
                 [](const std::string& text) { return std::stoull(text); });
  return made;
}

/// Whether a refusal says what has happened: the reason, or that the store has stopped, or what comes of
/// an earlier refusal. It is never called damage: nothing is damaged.
bool says_why(const std::string& refusal, int code) {
  const auto has = [&](const char* text) { return refusal.find(text) != std::string::npos; };
  return !has("damage") &&
         (has(std::strerror(code == half_done ? EIO : code)) || has(std::strerror(ENOSPC)) ||
          has("open it again") || has("has not finished within") || has("there is no instance"));
}

}  // namespace

TEST_CASE("whichever call fails, everybody hears why, and nothing acknowledged is lost",
          "[faults][commit_failure]") {
  const std::uint64_t seed = property::from_environment("DUROXIDE_SEED", 1);
  static const auto made = calls_of_undisturbed();
  const auto index = GENERATE(range(std::size_t{0}, kinds.size()));
  const Kind kind = kinds.at(index);
  const bool once = GENERATE(true, false);
  Random random(seed * 100 + index * 2 + (once ? 0 : 1));
  for (std::uint64_t round = 0; round < rounds(1); ++round) {
    const auto calls = made.at(static_cast<std::size_t>(kind.call)) / 2 + 1;
    // What is interrupted for ever is tried for ever, as it should be.
    const std::uint64_t times = once ? 1 : kind.code == EINTR ? 3 : for_ever;
    const Failure failure{kind.call, kind.code, 1 + random.below(static_cast<std::uint32_t>(calls)),
                          times};
    INFO("DUROXIDE_SEED=" << seed << ": " << name_of(kind.call) << " number " << failure.number
                          << (once ? "" : " and those that follow") << ": "
                          << (kind.code == half_done ? "half done" : std::strerror(kind.code)));
    const testing::TempDir temp(testing::quick_directory());
    power::Facts facts;
    {
      Child child([&] {
        watch(temp.path());
        fail(failure);
        work_at_risk(temp.path(), fail_no_more);
        tell(failed + std::to_string(calls_failed()));
        testing::keep_counts();  // all calls work again
      });
      learn_rest(facts, child, [&](const std::string& text) {
        if (text.rfind(failed, 0) == 0) {
          tally("failing calls", std::stoull(text.substr(failed.size())));
          return;
        }
        INFO(text);
        CHECK(text.rfind("still refused", 0) != 0);
        CHECK(says_why(text, kind.code));
      });
      CHECK(child.how_it_ended() == "");
    }
    CHECK(problems_in(temp.path(), facts) == "");
    tally("processes with failing calls");
  }
}

}  // namespace duroxide::faults_failing_calls_test
