#pragma once

#include <cstddef>
#include <memory>

#include <duroxide/clock.hpp>

namespace duroxide::model {
class Metrics;
}  // namespace duroxide::model

namespace duroxide::storage {

struct EngineOptions {
  /// The longest that a commit waits for turns which run ahead of it.
  Milliseconds longest_hold{2};
  /// A batch that has grown to this size is committed without waiting for anything.
  std::size_t early_commit_bytes = std::size_t{32} << 20;
  /// What is done to many instances is done in transactions of about so many rows, and no instance is
  /// begun in one after so long, so that others need not wait.
  std::size_t bulk_rows = 2'000;
  Milliseconds longest_bulk{5};
  /// A tree of more instances is not deleted together with others.
  std::size_t most_in_tree = 1'000;
  /// How many rows of old executions go with a turn at most, about.
  std::size_t rows_dropped_with_turn = 500;
  /// The largest batch that may use the room which is kept on the disk for deletions.
  std::size_t most_bytes_with_reserve = std::size_t{512} << 10;
  /// Of so many events and messages with a key an instance knows the keys: those that were sent last.
  std::size_t most_event_keys = 1'000;
  /// What a request leaves of the room in a commit to what the engine writes of itself.
  std::size_t slack = std::size_t{16} << 10;
  /// Handing out rests so long when there is no room, doubling each time.
  Milliseconds first_pause{100};
  Milliseconds longest_pause{5000};
  /// For so long after the opening that follows an unclean end, no first turn runs ahead of the disk.
  Milliseconds careful_after_crash{60'000};
  /// What counts and measures; null if nothing does.
  std::shared_ptr<model::Metrics> metrics;
};

}  // namespace duroxide::storage
