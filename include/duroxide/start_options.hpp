#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/headers.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What a start does if the instance id is taken.
enum class ReusePolicy : std::uint8_t {
  reject,        ///< `instance_already_exists`
  use_existing,  ///< succeed and leave the instance as it is, finished or not; the answer tells
  /// As `use_existing`, but `instance_already_exists` if it was started as another orchestration,
  /// with another input (byte for byte, as it is encoded) or, if the options name a version, with
  /// another version. That is known for as long as the instance is there; of one that was imported,
  /// forked, or started by a release before this it is not, and then it is refused too.
  use_existing_same_input,
  /// The instance that has the id is terminated if it runs, and deleted with its descendants; the new one
  /// takes its place, in one commit. Whoever waited for the old one learns that it is not there any more.
  /// `invalid_input` if it is a child whose parent is still there.
  terminate_existing,
};

/// Options of `Client::start_orchestration`. Setters chain.
class DUROXIDE_API StartOptions {
 public:
  StartOptions() {}  // NOLINT: not an aggregate, see the guide on compiler hazards

  /// Default: the newest version registered when the instance starts.
  StartOptions& version(std::string value) {
    version_ = std::move(value);
    return *this;
  }
  /// Makes it a child of an instance: listed under it, with `parent_id` as the reader's own note of
  /// why. The parent is told nothing; it hears only of children that its own code has scheduled.
  StartOptions& parent(std::string instance, std::uint64_t parent_id = 0) {
    parent_instance_ = std::move(instance);
    parent_id_ = parent_id;
    return *this;
  }
  /// Starts it only after this time; it is listed as running at once.
  template <class Rep, class Period>
  StartOptions& delay(std::chrono::duration<Rep, Period> value) {
    delay_ = checked_milliseconds(value);
    delay_is_valid_ = delay_.has_value();
    return *this;
  }
  /// How long it may take from its start on, which may be delayed, over all executions, replayed or not.
  /// The time goes on while nobody runs it, because it is paused, say. When it is over, its code is asked
  /// to stop as by `cancel_orchestration`, as soon as a runtime may run it: it can clean up under a
  /// `CancellationShield`, which takes what time it takes. The instance ends as failed, with
  /// `ErrorKind::timed_out`. What is rewound, forked or imported has no such limit any more.
  template <class Rep, class Period>
  StartOptions& timeout(std::chrono::duration<Rep, Period> value) {
    timeout_ = checked_milliseconds(value);
    timeout_is_valid_ = timeout_.has_value() && *timeout_ > Milliseconds::zero();
    return *this;
  }
  /// Marks it, so that management finds it by this tag; up to 16, in any order. They stay as they are
  /// given here, and children do not get them.
  StartOptions& tag(std::string value);
  /// Gives it a header, in place of one of that name; children and activities inherit it. See `Headers`
  /// for what is allowed. They play no part in `ReusePolicy::use_existing_same_input`.
  StartOptions& header(std::string_view name, std::string_view value) {
    headers_.set(name, value);
    return *this;
  }
  /// Gives it these headers, in place of all.
  StartOptions& headers(Headers value) {
    headers_ = std::move(value);
    return *this;
  }
  /// Default: `reject`; for what is started with an event or an update, `use_existing`.
  StartOptions& reuse(ReusePolicy value) {
    reuse_ = value;
    return *this;
  }

  [[nodiscard]] const std::optional<std::string>& version() const { return version_; }
  [[nodiscard]] const std::optional<std::string>& parent_instance() const {
    return parent_instance_;
  }
  [[nodiscard]] std::uint64_t parent_id() const { return parent_id_; }
  [[nodiscard]] const std::optional<Milliseconds>& delay() const { return delay_; }
  /// False if a delay was set that is negative or above `max_delay`.
  [[nodiscard]] bool delay_is_valid() const { return delay_is_valid_; }
  [[nodiscard]] const std::optional<Milliseconds>& timeout() const { return timeout_; }
  /// False if a timeout was set that is not above zero, or above `max_delay`.
  [[nodiscard]] bool timeout_is_valid() const { return timeout_is_valid_; }
  [[nodiscard]] const std::vector<std::string>& tags() const { return tags_; }
  [[nodiscard]] const Headers& headers() const { return headers_; }
  [[nodiscard]] ReusePolicy reuse() const { return reuse_.value_or(ReusePolicy::reject); }
  /// None if none was set.
  [[nodiscard]] const std::optional<ReusePolicy>& chosen_reuse() const { return reuse_; }

 private:
  std::optional<std::string> version_;
  std::optional<std::string> parent_instance_;
  std::uint64_t parent_id_ = 0;
  std::optional<Milliseconds> delay_;
  bool delay_is_valid_ = true;
  std::optional<Milliseconds> timeout_;
  bool timeout_is_valid_ = true;
  std::vector<std::string> tags_;
  Headers headers_;
  std::optional<ReusePolicy> reuse_;
};

}  // namespace duroxide::DUROXIDE_ABI
