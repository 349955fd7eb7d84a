#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/handlers.hpp>
#include <duroxide/testing/mock.hpp>

namespace duroxide::testing {

/// What a mock was told, and what it was called with. All its handles share it.
struct MockState {
  /// What it does in one call.
  struct Behaviour {
    ActivityHandler answer;
    Milliseconds takes{0};
    bool never_completes = false;
    std::optional<std::size_t> calls_left = std::nullopt;  ///< none: any number
  };

  explicit MockState(std::string mocked) : name(std::move(mocked)) {}

  /// Says what comes behind all that is limited.
  void tell(Behaviour behaviour);
  /// What was told last. Throws `TestError` if that is nothing; `what` says what was to be changed.
  [[nodiscard]] Behaviour& last(const std::string& what);
  /// Notes the call, and says what is to be done in it.
  [[nodiscard]] Behaviour begin(MockCall call);

  std::string name;
  std::vector<MockCall> calls;
  std::deque<Behaviour> behaviours;
  bool is_told = false;
};

}  // namespace duroxide::testing
