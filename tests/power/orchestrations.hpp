#pragma once

// What runs on the stores of these tests: code whose right result is known from its input, so that
// whoever goes on with an image can tell whether it came to that.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include <duroxide/activity.hpp>
#include <duroxide/runtime.hpp>
#include <duroxide/status.hpp>

namespace duroxide::power {

/// What the activities ask the test.
struct Behaviour {
  /// While it is false, the activity of `Fragile` fails.
  std::atomic<bool> mended{false};
  /// Called at the beginning of each activity, on its thread.
  std::function<void(const ActivityContext&)> began = [](const ActivityContext&) {};
};

/// Inputs are numbers as texts, where there are any.
///
/// - `Sum`: counts up to the input with an activity for each step, a value `done` and a custom status.
/// - `Large`: an activity whose result has as many bytes as the input says.
/// - `Rounds`: continues as new as often as the input says.
/// - `Family`: two children `Sum`, a timer, and a detached `Sum` named `ID-detached`.
/// - `Naps`: sleeps as often as the input says, each time a millisecond longer.
/// - `Collect`: takes messages of the queue `items` until one is `end`; gives them, joined by commas.
/// - `Signal`: waits for the event `go`, at most ten days.
/// - `Fragile`: fails until it is mended.
void register_all(Runtime& runtime, const std::shared_ptr<Behaviour>& behaviour);

/// What is wrong with how an instance has ended; empty if nothing is.
[[nodiscard]] std::string wrong_end(const std::string& orchestration, const std::string& input,
                                    const OrchestrationStatus& status);

}  // namespace duroxide::power
