#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "engine/work_lane.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

/// What one batch comes to once it is committed: whom to answer, whom to tell, what may be handed out.
/// Gathered while the batch is open, when handing out heeds some of it already, and carried out when its
/// commit is on the disk.
struct BatchOutcome {
  struct Answer {
    const char* operation = "";
    Reply<Done> reply;
  };
  struct ReleasedWork {
    WorkRef work;
    std::uint64_t opening = 0;  ///< that wrote the row
  };

  std::vector<Answer> answers;
  std::unordered_set<Number> touched;  ///< instances that the batch changes
  std::vector<Number> created;   ///< instances that begin with it, and that somebody may wait for
  std::vector<Number> begun;     ///< instances that it brings the first turn of an execution
  std::vector<Number> finished;  ///< instances that end with it
  std::vector<Number> deleted;   ///< instances that it takes out
  std::unordered_set<Number> changed;  ///< instances whose values or custom status it changes
  /// Updates that its turns have answered, and for which somebody waits.
  std::vector<std::pair<Number, provider::UpdateAnswer>> updates;
  std::vector<WorkRef> new_work;                  ///< rows it adds
  std::vector<WorkRef> work_after_commit;         ///< rows to be handed out after it
  std::vector<ReleasedWork> released_work;        ///< rows that it lets out of quarantine
  std::vector<provider::LockToken> moved_timers;  ///< their leases last until it is committed
  std::unordered_set<Number> counting_turns;      ///< instances whose next delivery it counts
  std::uint64_t turns_counted = 0;                ///< deliveries it counts, to be made after it
  std::optional<Number> numbers_reserved;  ///< the store promises to give out none below it again
  bool timers_touched = false;
  bool quarantine_touched = false;  ///< what memory has of it must be read anew

  /// For the next batch. What most batches fill keeps its room, so that not every batch asks for it.
  void clear();
  /// Gives the room of answers that were given to those of the next batch.
  void reuse(std::vector<Answer> given);

 private:
  /// More room than for so many answers or activities is not kept.
  static constexpr std::size_t most_kept = 1024;
};

inline void BatchOutcome::clear() {
  BatchOutcome empty;
  empty.touched.swap(touched);
  empty.counting_turns.swap(counting_turns);
  empty.begun.swap(begun);
  empty.touched.clear();
  empty.counting_turns.clear();
  empty.begun.clear();
  if (new_work.capacity() <= most_kept) {
    empty.new_work.swap(new_work);
    empty.new_work.clear();
  }
  *this = std::move(empty);
}

inline void BatchOutcome::reuse(std::vector<Answer> given) {
  if (answers.empty() && given.capacity() <= most_kept) {
    given.clear();
    answers = std::move(given);
  }
}

}  // namespace duroxide::storage
