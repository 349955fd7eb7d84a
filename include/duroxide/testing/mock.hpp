#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/codec.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/handlers.hpp>

namespace duroxide::DUROXIDE_ABI::testkit {

/// What a test system answers that cannot do what it was asked: the message says why.
class DUROXIDE_API TestError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The value in a payload: an input, a result, the data of an event. Throws `TestError` if it is no `T`.
template <class T>
[[nodiscard]] T decoded(const std::string& payload) {
  auto value = decode_payload<T>(payload);
  if (!value) {
    throw TestError(value.error());
  }
  return std::move(*value);
}

/// One call that a mock has got.
struct MockCall {
  std::string instance;  ///< that has called the activity; of a child, its own
  std::string input;
  Timestamp at;
  /// 1, or more if an earlier delivery of this call has not ended, as after a crash.
  std::uint32_t attempt = 1;
};

struct MockState;

/// Stands in for an activity or a child orchestration of some name: does what the test says, and keeps
/// what it was called with. A cheap handle: copies are the same mock. Made by `TestSystem`, and used on
/// its thread.
///
///     auto charge = test.mock_activity("Charge").fails("the bank is closed").times(2).returns("receipt");
///
/// What was said last holds for all further calls, unless `times` limits it: then what was said behind it
/// follows. A mock that was told nothing returns an empty text, which is what an activity without a
/// result returns.
class DUROXIDE_API Mock {
 public:
  explicit Mock(std::shared_ptr<MockState> state);

  /// Text, or anything cereal serialises.
  template <class T = std::string>
  Mock& returns(const T& value = T()) {
    auto text = encode_payload(value);
    if (!text) {
      throw TestError(text.error());
    }
    return returns_text(std::move(*text));
  }
  /// Fails as an activity that throws an exception with this message.
  Mock& fails(std::string message);
  Mock& fails(ErrorDetails details);
  /// Any function that could be registered as the activity: of `(ActivityContext&, In)`,
  /// `(ActivityContext&)`, `(In)` or `()`; also for a child orchestration. What it throws is the
  /// activity's failure, so a check that throws belongs behind the call that runs it.
  template <class F>
  Mock& does(F function) {
    static_assert(!duroxide::detail::is_coroutine_activity<F>,
                  "what a mock does is a plain function: say how long it takes with `takes`");
    return runs(duroxide::detail::make_activity_handler(std::move(function)));
  }
  /// The call stays open: until a timeout, a cancellation, or for ever.
  Mock& never_completes();

  /// What was said last holds for so many calls only. A call that a crash has cut off, and that is made
  /// again, is one call with the same answer. Throws `TestError` if nothing was said.
  Mock& times(std::size_t calls);
  /// What was said last takes so long, by the clock of the test: the answer is made up when that is over,
  /// by a function that `does` was given too, whose context has no client then and is never cancelled.
  /// Meanwhile the call holds neither a worker nor its session: how many run at once, and in which order a
  /// session's do, is not modelled. Throws `TestError` if nothing was said, and for a duration that is no
  /// delay: see `max_delay`.
  template <class Rep, class Period>
  Mock& takes(std::chrono::duration<Rep, Period> duration) {
    const auto delay = checked_milliseconds(duration);
    if (!delay) {
      throw TestError("a mock cannot take a negative time, or more than 100 years");
    }
    return takes_milliseconds(*delay);
  }

  /// How often it was called. A call that a crash has cut off, and that was made again, counts twice, as
  /// an activity runs twice then.
  [[nodiscard]] std::size_t count() const { return calls().size(); }
  /// In the order in which they came.
  [[nodiscard]] const std::vector<MockCall>& calls() const;
  /// The input of one call, the first by default. Throws `TestError` if there was no such call, or its
  /// input is no `T`.
  template <class T = std::string>
  [[nodiscard]] T input(std::size_t call = 0) const {
    return decoded<T>(input_text(call));
  }
  template <class T = std::string>
  [[nodiscard]] std::vector<T> inputs() const {
    std::vector<T> all;
    for (const MockCall& call : calls()) {
      all.push_back(decoded<T>(call.input));
    }
    return all;
  }

 private:
  Mock& returns_text(std::string text);
  Mock& runs(ActivityHandler handler);
  Mock& takes_milliseconds(Milliseconds delay);
  [[nodiscard]] const std::string& input_text(std::size_t call) const;

  std::shared_ptr<MockState> state_;
};

}  // namespace duroxide::DUROXIDE_ABI::testkit
