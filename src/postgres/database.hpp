#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "postgres/request.hpp"
#include "postgres/runner.hpp"

namespace duroxide::postgres {

/// Asks the database and waits for the answer. Only for an actor that may wait: one with a thread of its
/// own, or in a system without threads, where everything is done on the spot. Used by one thread at a time.
class Database {
 public:
  explicit Database(std::shared_ptr<Runner> sessions) : sessions_(std::move(sessions)) {}

  /// Makes the calls in one round trip, all in the same snapshot. They only read. Throws `Refusal` with what
  /// the session says of a failure, and `closed` once the store is.
  [[nodiscard]] Answers read(std::vector<Call> calls);
  /// The answer to a single one.
  [[nodiscard]] Rows read_one(Call call);

 private:
  std::shared_ptr<Runner> sessions_;
};

}  // namespace duroxide::postgres
