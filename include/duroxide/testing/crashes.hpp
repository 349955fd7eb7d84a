#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <duroxide/codec.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/testing/test_system.hpp>

namespace duroxide::DUROXIDE_ABI::testkit {

/// When the process of a test system crashes.
struct DUROXIDE_API CrashPoint {
  enum class Kind : std::uint8_t {
    before_turn,  ///< the turn has run, but the commit that was to hold it is lost
    after_turn,   ///< the turn is durable, and nothing that follows from it has happened
  };

  Kind kind = Kind::after_turn;
  std::uint64_t turn = 0;  ///< as `TestSystem::turns` counts them, from 1 on

  /// `before turn 3`, `after turn 3`.
  [[nodiscard]] std::string to_string() const;

  bool operator==(const CrashPoint&) const = default;
};

/// What came of a scenario that was run with a crash before and after each of its turns. True if it came
/// to the same each time.
class DUROXIDE_API CrashReport {
 public:
  /// A run that came to something else.
  struct Difference {
    CrashPoint crash;
    std::string result;  ///< or, if the scenario threw, what
  };

  CrashReport(std::string undisturbed, std::uint64_t turns, std::vector<Difference> differences)
      : undisturbed_(std::move(undisturbed)), turns_(turns), differences_(std::move(differences)) {}

  [[nodiscard]] bool is_same() const { return differences_.empty(); }
  explicit operator bool() const { return is_same(); }

  /// What it comes to without a crash.
  [[nodiscard]] const std::string& undisturbed() const { return undisturbed_; }
  /// How many turns it takes then, as `TestSystem::turns` counts them.
  [[nodiscard]] std::uint64_t turns() const { return turns_; }
  [[nodiscard]] const std::vector<Difference>& differences() const { return differences_; }

  /// Both sides of each difference.
  [[nodiscard]] std::string to_string() const;

 private:
  std::string undisturbed_;
  std::uint64_t turns_ = 0;
  std::vector<Difference> differences_;
};

DUROXIDE_API std::ostream& operator<<(std::ostream& out, const CrashReport& report);

/// As `crash_at_every_turn`, for a scenario that gives its result as text.
[[nodiscard]] DUROXIDE_API CrashReport compare_with_crashes(
    const std::function<std::string(TestSystem&)>& scenario, const TestOptions& options);

/// Runs a scenario on a test system of its own, undisturbed; then again and again, on a new one each
/// time, with a crash before and after each turn that it took, and compares what it comes to.
///
///     CHECK(crash_at_every_turn([](TestSystem& test) {
///       test.register_orchestration("Order", order);
///       test.mock_activity("Charge").returns("receipt");
///       return test.run("order-1", "Order", 500).to_string();
///     }));
///
/// What is compared is what the scenario returns, text or anything cereal serialises; if it returns
/// nothing, how each instance ended, as `TestSystem::outcomes` tells. It must not return what may differ
/// after a crash, such as a guid, or the number of calls of an activity, which then runs twice. What it
/// throws in an undisturbed run is thrown on; what it throws behind a crash is a difference.
///
/// Throws `TestError` if the scenario runs no turn, or so few the next time that a crash does not happen.
template <class Scenario>
[[nodiscard]] CrashReport crash_at_every_turn(const Scenario& scenario,
                                              const TestOptions& options = TestOptions()) {
  return compare_with_crashes(
      [&scenario](TestSystem& test) -> std::string {
        if constexpr (std::is_void_v<std::invoke_result_t<const Scenario&, TestSystem&>>) {
          scenario(test);
          std::string text;
          for (const auto& [instance, status] : test.outcomes()) {
            text.append(instance).append(": ").append(status).append("\n");
          }
          return text;
        } else {
          return duroxide::detail::encode_or_throw(scenario(test));
        }
      },
      options);
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
