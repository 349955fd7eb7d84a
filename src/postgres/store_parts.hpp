#pragma once

#include <functional>
#include <memory>
#include <string>

#include <duroxide/clock.hpp>
#include <duroxide/log.hpp>

#include "postgres/database_clock.hpp"
#include "postgres/membership.hpp"
#include "postgres/runner.hpp"

namespace duroxide::postgres {

/// What the provider's actor is made of.
struct StoreParts {
  std::shared_ptr<Runner> writer;
  std::shared_ptr<Runner> reads;
  std::shared_ptr<Membership> membership;
  std::shared_ptr<Clock> clock;
  /// The same, if it follows the database; null if it is a test's.
  std::shared_ptr<DatabaseClock> database_clock;
  LogSink log;
  std::string channel;            ///< of notifications
  bool holds_answers = false;     ///< not every batch is flushed (`HeldAnswers`)
  Milliseconds life_sign{5'000};  ///< between two of them, which are the poll, too
  /// Called once the store is closed, on the actor's own thread.
  std::function<void()> on_closed;
};

}  // namespace duroxide::postgres
