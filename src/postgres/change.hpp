#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/log.hpp>

#include "postgres/call_context.hpp"
#include "postgres/database.hpp"
#include "postgres/instance_row.hpp"

namespace duroxide::postgres {

/// Under this fencing number, which no lease has, the calls of a change are made.
inline constexpr std::uint64_t change_token = ~std::uint64_t{0};

/// What management is to do to instances, as it has seen them: one request, whose first call refuses if they are
/// not so any more. See changing.sql.
class Change {
 public:
  enum class Detail : std::uint8_t {
    itself,   ///< that it is this very instance
    status,   ///< and has this status
    history,  ///< and this execution, with so many events
  };

  /// The change holds only for an instance that is as it was read.
  void sees(const InstanceRow& instance, Detail detail);
  /// It is to be deleted: all of its children must be among those that are.
  void dooms(const InstanceRow& instance);
  /// No instance may have this id.
  void needs_free(const std::string& id) { free_.push_back(id); }

  /// Makes a call with it, and gives the place of its answer.
  std::size_t add(Call call);
  /// Who waits for an instance of that id is told of the change.
  void touches(const std::string& id) { touched_.push_back(id); }

  /// Those of the instances that run, and so may not be as they were by the time it is made.
  [[nodiscard]] const std::vector<std::int64_t>& running() const { return running_; }

  /// The calls in order, the one that refuses first.
  [[nodiscard]] std::vector<Call> take_calls();
  [[nodiscard]] const std::vector<std::string>& touched() const { return touched_; }

  /// Whether the answers say that it was made.
  [[nodiscard]] static bool was_made(const Answers& answers) {
    return answers.front().first().number(0) == 0;
  }

 private:
  std::vector<std::int64_t> numbers_;
  std::vector<std::int64_t> incarnations_;
  std::vector<std::optional<std::int64_t>> executions_;
  std::vector<std::optional<std::int64_t>> statuses_;
  std::vector<std::optional<std::int64_t>> event_counts_;
  std::vector<std::int64_t> doomed_;
  std::vector<std::string> free_;
  std::vector<std::int64_t> running_;
  std::vector<std::string> touched_;
  std::vector<Call> calls_{1};  ///< the place of the first is kept
};

/// What a request of management is decided with.
struct Bench {
  Database& database;
  CallContext context;
  const LogSink& log;
};

}  // namespace duroxide::postgres
