#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/errors.hpp>

#include "client/companion.hpp"

namespace duroxide::client {

/// A call that can be taken back, as the companion sees it that has made its requests. It is answered by
/// the callback of the call; the companion only ends it before that.
class Call {
 public:
  Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call() = default;

  [[nodiscard]] virtual bool is_over() const = 0;
  /// Answers it with this, unless it is over.
  virtual void give_up(ClientError error) = 0;
  /// Of the store's clock, from the moment in which it is made.
  [[nodiscard]] virtual std::optional<Milliseconds> timeout() const = 0;

 private:
  friend class Calls;                    // on whose turn alone these are used
  std::vector<std::uint64_t> requests_;  ///< that are open
  std::uint64_t deadline_ = 0;           ///< its number; none if it has no deadline
  bool was_sent_ = false;                ///< something that may change the store was
};

/// As long as it lives, what the calling thread asks of companions belongs to this call. So a call in its
/// callback form can be taken back without knowing of it.
class CallScope {
 public:
  explicit CallScope(std::shared_ptr<Call> call);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  /// Of the calling thread; null if there is none.
  [[nodiscard]] static CallScope* current();

  [[nodiscard]] const std::shared_ptr<Call>& call() const { return call_; }
  /// Who makes its requests; nobody if it has made none. A call is made by one companion.
  [[nodiscard]] const Companion& companion() const { return companion_; }
  void use(const Companion& companion) { companion_ = companion; }

 private:
  std::shared_ptr<Call> call_;
  Companion companion_;
  CallScope* before_;
};

}  // namespace duroxide::client
