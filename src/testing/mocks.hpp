#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/activity.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/handlers.hpp>
#include <duroxide/runtime.hpp>
#include <duroxide/work_items.hpp>

#include "testing/mock_state.hpp"
#include "testing/mocked_orchestration.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

/// All mocks of a test system, and the calls that wait until their time is over. It outlives the
/// processes in which they are called.
class Mocks {
 public:
  /// `has_crashed`: whether the process in which a call comes is gone already, so that user code must see
  /// nothing of it any more.
  Mocks(std::shared_ptr<const Clock> clock, std::function<bool()> has_crashed, LifeOf life_of);

  /// The mock of that name, and whether it is new. Throws `TestError` for what is no name.
  struct Found {
    std::shared_ptr<MockState> state;
    bool is_new = false;
  };
  [[nodiscard]] Found activity(std::string_view name);
  [[nodiscard]] Found orchestration(std::string_view name);

  /// Puts the mocks in the place of what is registered with a runtime, before it starts.
  void put_into(Runtime& runtime);

  /// A call that has lasted as long as it was to.
  struct Finished {
    ActivityToken activity;
    /// Asks the mock, which may be code of the user's.
    std::function<WorkItem()> complete;
  };
  /// Takes out one whose time is over.
  [[nodiscard]] std::optional<Finished> take_finished();
  /// When the next call is over.
  [[nodiscard]] std::optional<Timestamp> next_end() const;
  /// The process has ended: its calls are made again.
  void forget_open_calls() { open_.clear(); }

 private:
  using States = std::map<std::string, std::shared_ptr<MockState>, std::less<>>;

  [[nodiscard]] static Found find(States& states, std::string_view what, std::string_view name);
  [[nodiscard]] Result<std::string, ErrorDetails> call(MockState& mock, ActivityContext& context,
                                                       const std::string& input);

  std::shared_ptr<const Clock> clock_;
  std::function<bool()> has_crashed_;
  LifeOf life_of_;
  States activities_;
  States orchestrations_;
  /// By name; they remember what they have decided for an execution.
  std::map<std::string, OrchestrationHandler> mocked_orchestrations_;
  std::multimap<Timestamp, Finished> open_;  ///< by the time of their end
};

}  // namespace duroxide::DUROXIDE_ABI::testkit
