#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/handlers.hpp>
#include <duroxide/testing/mock.hpp>

namespace duroxide::DUROXIDE_ABI::testkit {

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

  /// Which call it is, whichever delivery of it.
  struct CallKey {
    std::string instance;
    std::uint64_t incarnation = 0;  ///< of an orchestration: which life of its id, see `Disk`
    std::uint64_t execution_id = 0;
    std::uint64_t event_id = 0;  ///< that scheduled it; 0 for an orchestration, which is one call

    auto operator<=>(const CallKey&) const = default;
  };

  /// Says what comes behind all that is limited. Calls that are made again do as is said now.
  void tell(Behaviour behaviour);
  /// What was told last. Throws `TestError` if that is nothing; `what` says what was to be changed.
  [[nodiscard]] Behaviour& last(const std::string& what);
  /// Notes the call, and says what is to be done in it. A call that is made again, as after a crash, does
  /// what it did before, and uses up nothing.
  [[nodiscard]] Behaviour begin(const CallKey& key, MockCall call);

  std::string name;
  std::vector<MockCall> calls;
  std::deque<Behaviour> behaviours;
  bool is_told = false;

 private:
  [[nodiscard]] Behaviour take_next();

  std::map<CallKey, Behaviour> decided_;
};

}  // namespace duroxide::DUROXIDE_ABI::testkit
