#pragma once

// What the tables of events and messages say, for those who hold an event or a message and do not
// care which it is. A file that includes this one compiles without the tables.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <duroxide/events.hpp>
#include <duroxide/work_items.hpp>

#include "model/event_roles.hpp"
#include "model/flaw.hpp"

namespace duroxide::model {

// --- events ---

[[nodiscard]] Role role_of(const EventKind& kind);

/// Whether an event of this kind records a decision of the code, and not something that came to it.
[[nodiscard]] bool is_command(const EventKind& kind);

/// Whether the code, by doing `attempted`, repeats the decision that is recorded.
[[nodiscard]] bool is_same_decision(const EventKind& recorded, const EventKind& attempted);

/// Whether an event of this kind may answer, or give up, `source`; null stands for none.
[[nodiscard]] bool can_answer(const EventKind& kind, const Event* source);

/// The kind of step that an event of this kind answers, gives up, or is raised for, by its place in
/// `EventKind`.
[[nodiscard]] std::optional<std::size_t> source_of(const EventKind& kind);

/// The status of an execution whose last event this is: running, unless it is an end.
[[nodiscard]] ExecutionStatus status_after(const EventKind& kind);

/// An answer that says that the step has failed.
[[nodiscard]] bool is_failed_answer(const EventKind& kind);

/// Whether the names in it are right, which become keys or name instances.
[[nodiscard]] Checked check_names(const EventKind& kind);

// --- steps: what the code can await. `step` is the place of the event that opens it among the
// alternatives of `EventKind` ---

[[nodiscard]] StepWords words_of(std::size_t step);

/// How the code's own errors name it: mostly the name that the code has given.
[[nodiscard]] std::string label_of(const EventKind& opening);

/// What an instance waits for, for people: `activity `Charge``.
[[nodiscard]] std::string describe_step(const EventKind& opening);

/// What goes out with the event, whose number is `id`: a row of a queue, or a message. None for a
/// wait, of which nobody is told, and for most of what is only recorded.
[[nodiscard]] std::optional<WorkItem> request_of(const Caller& caller, std::uint64_t id,
                                                 const EventKind& kind);

/// With which an execution was begun; none if the history does not begin so.
[[nodiscard]] Headers headers_of(const std::vector<Event>& history);

[[nodiscard]] Errand errand_of(std::size_t step);
[[nodiscard]] bool is_wait(std::size_t step);
[[nodiscard]] Whereabouts whereabouts_of(const EventKind& opening);

/// The event that gives it up. None if nothing is recorded then, as nobody would have to know.
[[nodiscard]] std::optional<EventKind> giving_up(std::size_t step, const std::string& reason);

/// Whether something outside has to be told when nobody waits any more.
[[nodiscard]] bool needs_closing(const EventKind& kind);

/// Throws the exception that the code expects of such a step.
[[noreturn]] void throw_failure(std::size_t step, ErrorDetails details);

// --- what comes ---

/// The answer to a step that a message brings.
struct Answer {
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;    ///< of the event that opened the step
  std::size_t step = 0;    ///< the kind of that event
  std::string_view event;  ///< the name of the kind that the answer becomes
  bool is_failure = false;
};
/// None if the message answers no step.
[[nodiscard]] std::optional<Answer> answer_in(const WorkItem& message);

/// Whether it is raised for whoever waits, or handles updates, under a name, in whichever execution.
[[nodiscard]] bool is_raised(const WorkItem& message);

/// Adds the event or the message of a queue that it brings to what the next execution is handed. Gives
/// whether it brings one.
[[nodiscard]] bool carry(const WorkItem& message, CarriedState& carried);

/// The event that the message becomes when it is taken; none if it becomes none.
[[nodiscard]] std::optional<EventKind> event_of(const WorkItem& message);

/// The message that has brought the event, sent to this execution again. None for what no message
/// brings, and for a failure, as what has failed is asked for anew.
[[nodiscard]] std::optional<WorkItem> message_again(const Event& event, const std::string& instance,
                                                    std::uint64_t execution_id);

/// What the code is given of an answer; none if it is none.
[[nodiscard]] std::optional<StepOutcome> outcome_of(const EventKind& kind);

// --- messages ---

/// Whether anybody may send it, or nobody but the engine.
[[nodiscard]] Checked check_sender(const WorkItem& message);

/// Whether its names and its payload are right, if anybody may send it.
[[nodiscard]] Checked check_message(const WorkItem& message);

/// The step for which the store is asked; null if the message asks it for nothing.
[[nodiscard]] const ParentLink* reader_of(const WorkItem& message);

/// The event, the queue or the update that it is raised for; empty if it is raised for none.
[[nodiscard]] std::string raised_name(const WorkItem& message);

/// What people are shown of it.
[[nodiscard]] std::string data_of(const WorkItem& message);

}  // namespace duroxide::model
