#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/testing/test_system.hpp>

#include "testing/disk.hpp"
#include "testing/mocks.hpp"
#include "testing/process.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

/// What stands behind a `TestSystem`: the machine on which one process follows another.
class TestSystem::Impl {
 public:
  explicit Impl(const TestOptions& options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void add(Registrations registrations);
  [[nodiscard]] Mock mock(Mocks::Found found);
  [[nodiscard]] const TestOptions& options() const { return options_; }
  [[nodiscard]] Mocks& mocks() { return mocks_; }
  [[nodiscard]] Disk& disk() { return disk_; }
  [[nodiscard]] const std::shared_ptr<ManualClock>& clock() const { return clock_; }
  [[nodiscard]] Milliseconds elapsed() const { return clock_->now() - options_.start_at(); }
  [[nodiscard]] std::uint64_t crashes() const { return crashes_; }
  [[nodiscard]] std::string next_update_id() { return "update-" + std::to_string(++last_update_); }

  /// Runs all that can run without time passing. Throws `TestError` if that does not end.
  void settle();
  /// Makes a blocking call of the client, again if it was lost in a crash, and settles before and behind
  /// it. Throws `TestError` with what the call answers as its error.
  template <class Call>
  auto perform(const Call& call) {
    settle();
    auto answer = call(process_->client());
    while (recover_from_crash() && is_lost(answer)) {
      settle();
      answer = call(process_->client());
    }
    settle();
    if (!answer) {
      throw TestError(answer.error().to_string());
    }
    return std::move(*answer);
  }
  /// As `perform`, of what management offers.
  template <class Call>
  auto inspect(const Call& call) {
    return perform([&](Client& client) { return call(client.management().value()); });
  }

  /// Lets time pass until the next thing is due, and settles. False if nothing is, up to `limit`.
  bool skip_to_next(Timestamp limit);
  /// Moves the clocks, and settles.
  void pass_time(Milliseconds step);
  /// Lets time pass until `holds`. Throws `TestError`, with what `why` says, if that cannot be.
  template <class Holds, class Why>
  void skip_until(const Holds& holds, const Why& why) {
    settle();
    const Timestamp limit = saturating_add(clock_->now(), options_.longest_wait());
    const std::uint64_t first = disk_.turns();
    while (!holds()) {
      if (disk_.turns() - first > options_.most_turns()) {
        throw TestError(why("after " + std::to_string(options_.most_turns()) + " turns"));
      }
      if (!skip_to_next(limit)) {
        throw TestError(why(next_due() ? "within TestOptions::longest_wait"
                                       : "though nothing is left that time would bring"));
      }
    }
  }
  void crash();
  /// The client of the process that runs.
  [[nodiscard]] Client& client();
  [[nodiscard]] std::string waits_for(std::string_view instance);

 private:
  template <class Answer>
  [[nodiscard]] static bool is_lost(const Answer& answer) {
    return !answer && answer.error().kind == ClientError::Kind::storage_error;
  }

  void start_process();
  /// Starts the process if there is none, or if it does not know yet what was registered.
  void require_process();
  /// If the process has crashed, there is another one afterwards, and this gives true.
  bool recover_from_crash();
  [[nodiscard]] std::optional<Timestamp> next_due() const;

  TestOptions options_;
  std::shared_ptr<ManualClock> clock_;
  Disk disk_;
  Mocks mocks_;
  std::vector<Registrations> registrations_;
  std::optional<Process> process_;
  bool is_outdated_ = false;  ///< something was registered since the process started
  std::uint64_t crashes_ = 0;
  std::uint64_t last_update_ = 0;
  /// For so long after a crash the engine may hold back what could have been the reason.
  std::optional<Timestamp> cautious_until_;
};

}  // namespace duroxide::DUROXIDE_ABI::testkit
