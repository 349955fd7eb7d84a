#pragma once

// How a request of management changes the store: in steps, each a transaction of the provider's. Between them
// it may look at the database.

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <duroxide/errors.hpp>

#include "postgres/change.hpp"
#include "postgres/refusals.hpp"

namespace duroxide::postgres {

/// What is to be done in one transaction.
struct Step {
  std::vector<Call> calls;
  std::vector<std::string> touched = {};  ///< ids of the instances that it changes
};

template <class T>
class Writing {
 public:
  Writing() = default;
  virtual ~Writing() = default;
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  /// What comes next: a step, or nothing if all is done. Throws `Refusal`, and then is not asked again.
  [[nodiscard]] virtual std::optional<Step> next(const Bench& bench) = 0;
  /// The step was made, with these answers. Throws `Refusal`.
  virtual void made(const Answers& answers) = 0;
  /// Once there is nothing to do any more.
  [[nodiscard]] virtual T answer() = 0;
};

/// One change of what was looked at, tried again when that has changed meanwhile.
template <class T>
class ChangeWriting : public Writing<T> {
 public:
  std::optional<Step> next(const Bench& bench) final {
    if (is_done_) {
      return std::nullopt;
    }
    if (auto first = is_prepared_ ? std::nullopt : prepare(bench)) {
      is_preparing_ = true;
      return first;
    }
    if (tries_ == most_tries) {
      throw Refusal(ProviderError{ProviderError::Kind::storage,
                                  {},
                                  "what is to be changed has changed each time before that was "
                                  "done; try again",
                                  true});
    }
    // What runs may change all the time. It is stopped for a moment if it has done so twice.
    if (tries_ >= tries_in_passing && !running_.empty()) {
      is_holding_ = true;
      Step step;
      step.calls.push_back(
          {"hold_still",
           Parameters().optional_number(bench.context.now).numbers(std::exchange(running_, {}))});
      return step;
    }
    ++tries_;
    Change change = plan(bench);
    running_ = change.running();
    Step step;
    step.touched = change.touched();
    step.calls = change.take_calls();
    return step;
  }
  void made(const Answers& answers) final {
    if (std::exchange(is_holding_, false)) {
      return;
    }
    if (std::exchange(is_preparing_, false)) {
      is_prepared_ = true;
      prepared(answers);
      return;
    }
    is_done_ = Change::was_made(answers);
    if (is_done_) {
      take(answers);
    }
  }

 protected:
  /// A step that is made before all others, if there is one.
  [[nodiscard]] virtual std::optional<Step> prepare(const Bench& /*bench*/) { return std::nullopt; }
  virtual void prepared(const Answers& /*answers*/) {}
  /// Looks, and says what is to be done. Throws `Refusal`.
  [[nodiscard]] virtual Change plan(const Bench& bench) = 0;
  /// What the calls have answered, at the places that `Change::add` has given.
  virtual void take(const Answers& /*answers*/) {}

 private:
  static constexpr int tries_in_passing = 2;
  static constexpr int most_tries = 8;

  int tries_ = 0;
  bool is_done_ = false;
  bool is_holding_ = false;
  bool is_preparing_ = false;
  bool is_prepared_ = false;
  std::vector<std::int64_t> running_;
};

}  // namespace duroxide::postgres
