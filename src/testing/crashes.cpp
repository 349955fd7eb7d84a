#include <duroxide/testing/crashes.hpp>

#include <exception>
#include <ostream>

namespace duroxide::DUROXIDE_ABI::testkit {

std::string CrashPoint::to_string() const {
  return (kind == Kind::before_turn ? "before turn " : "after turn ") + std::to_string(turn);
}

std::string CrashReport::to_string() const {
  if (is_same()) {
    return "the same with a crash before and after each of " + std::to_string(turns_) +
           " turns: " + undisturbed_;
  }
  std::string text = "without a crash: " + undisturbed_;
  for (const Difference& each : differences_) {
    text += "\nwith a crash " + each.crash.to_string() + ": " + each.result;
  }
  return text;
}

std::ostream& operator<<(std::ostream& out, const CrashReport& report) {
  return out << report.to_string();
}

CrashReport compare_with_crashes(const std::function<std::string(TestSystem&)>& scenario,
                                 const TestOptions& options) {
  TestSystem first(options);
  std::string undisturbed = scenario(first);
  const std::uint64_t turns = first.turns();
  if (turns == 0) {
    throw TestError(
        "the scenario runs no turn, so there is nothing to crash between: start an "
        "instance in it");
  }
  std::vector<CrashReport::Difference> differences;
  for (std::uint64_t turn = 1; turn <= turns; ++turn) {
    for (const auto kind : {CrashPoint::Kind::before_turn, CrashPoint::Kind::after_turn}) {
      const CrashPoint crash{kind, turn};
      TestSystem test(options);
      if (kind == CrashPoint::Kind::before_turn) {
        test.crash_before_turn(turn);
      } else {
        test.crash_after_turn(turn);
      }
      std::string result;
      bool has_crashed = true;
      try {
        result = scenario(test);
        (void)test.client();  // if its last call met the crash, that is over now
        has_crashed = test.crashes() != 0;
      } catch (const std::exception& thrown) {
        result = std::string("it throws: ") + duroxide::detail::words_of(thrown);
      } catch (...) {
        result =
            "it throws what is no std::exception, as the failed check of a test framework may be";
      }
      if (!has_crashed) {
        throw TestError("the crash " + crash.to_string() +
                        " did not happen, as the scenario took fewer turns than before: it must do "
                        "the same each time");
      }
      if (result != undisturbed) {
        differences.push_back({crash, std::move(result)});
      }
    }
  }
  return {std::move(undisturbed), turns, std::move(differences)};
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
