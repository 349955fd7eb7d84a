#pragma once

// What an entry of the table of event kinds can say; the entries themselves are in event_table.hpp.
// An entry derives from the role of its kind, which brings what all kinds of that role have in
// common, and adds what is its own.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/result.hpp>
#include <duroxide/status.hpp>
#include <duroxide/work_items.hpp>

namespace duroxide::model {

/// The entry of a kind of event. Every alternative of `EventKind` has one.
template <class Kind>
struct KindOf;

template <class Kind>
concept HasEntry = requires {
  KindOf<Kind>::name;
  KindOf<Kind>::role;
};

/// The place of a kind among the alternatives of `EventKind`: a number that stands for the kind.
template <class Kind, std::size_t i = 0>
[[nodiscard]] consteval std::size_t place_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<i, EventKind>, Kind>) {
    return i;
  } else {
    return place_of<Kind, i + 1>();
  }
}

/// What an event of a kind means to its execution.
enum class Role : std::uint8_t {
  begins,     ///< the first event of the execution
  ends,       ///< the last one
  tells,      ///< something came to the execution as a whole
  schedules,  ///< the code asked for something that is answered under the id of this event
  answers,    ///< what was asked for has come
  waits,      ///< the code waits for the next thing that is raised under a name
  raised,     ///< something was raised: it goes to the oldest wait of its name, or is kept
  asked,      ///< somebody asks the code something: it has a handler for that, or it is kept
  gives_up,   ///< the code no longer wants what it has scheduled or waits for
  records,    ///< the code decided something, and nothing more comes of it
};

/// Whether events of this role record a decision of the code, and not something that came to it.
[[nodiscard]] constexpr bool is_command(Role role) {
  return role == Role::schedules || role == Role::waits || role == Role::gives_up ||
         role == Role::records;
}
/// Whether the code can await what an event of this role stands for.
[[nodiscard]] constexpr bool opens_step(Role role) {
  return role == Role::schedules || role == Role::waits;
}

/// When replay takes a command for the one that is recorded at its place.
enum class Match : std::uint8_t {
  whole,  ///< all fields are the same
  place,  ///< it is of the same kind; other values are not another decision
  name,   ///< its `identity` is the same; what else it holds was found out when it was recorded
};

/// The execution whose code asks for something.
struct Caller {
  std::string_view instance;
  std::uint64_t execution_id = 0;
  std::string_view orchestration;
  std::string_view version;
  Headers headers = {};
};

/// What goes out with a step: its own headers, or else those of its execution.
[[nodiscard]] inline Headers headers_of(const Caller& by, const std::optional<Headers>& own) {
  return own ? *own : by.headers;
}

/// Who has what a step has asked for.
enum class Errand : std::uint8_t {
  none,      ///< nobody: it waits for what is raised
  activity,  ///< the worker queue
  timer,     ///< the timer queue
  child,     ///< the instance that it has started
  end,       ///< the store, which answers when an instance ends
  question,  ///< nobody any more: the store answers in the transaction that brings the message
};

/// Where that lies which a schedule has asked for, as far as it takes more than the id of the event
/// to find it.
struct Whereabouts {
  Timestamp due = {};            ///< in the timer queue
  std::string instance = {};     ///< a child, or whose end is waited for
  bool outlives_parent = false;  ///< a child that goes on when nobody waits for it
};

/// How messages to people name a step.
struct StepWords {
  std::string_view schedule;  ///< what was scheduled: `an activity`
  std::string_view outcome;   ///< what the code is given, before the label: `the result of the …`
};

using StepOutcome = Result<Payload, ErrorDetails>;

// What the code is given of what an answer brings.
[[nodiscard]] inline StepOutcome to_outcome(const Payload& result) {
  return result;
}
[[nodiscard]] inline StepOutcome to_outcome(const ErrorDetails& details) {
  return failure(details);
}
[[nodiscard]] inline StepOutcome to_outcome(Timestamp) {
  return Payload();
}
/// A mark in front tells an empty text from none.
[[nodiscard]] inline StepOutcome to_outcome(const std::optional<Payload>& value) {
  return value ? Payload("=" + value->text()) : Payload();
}

/// Whether a structure of that layout version has the fields of this one. What is no stored layout
/// has them all.
[[nodiscard]] bool holds(const auto& io, std::uint32_t version) {
  if constexpr (requires { io.layout_version(); }) {
    return io.layout_version() >= version;
  } else {
    return true;
  }
}

[[nodiscard]] inline std::string in_quotes(const std::string& text) {
  return "\"" + text + "\"";
}
[[nodiscard]] inline std::string in_ticks(const std::string& text) {
  return "`" + text + "`";
}

template <class Member>
struct MemberPointer;
template <class Owner, class Value>
struct MemberPointer<Value Owner::*> {
  using Of = Owner;
  using To = Value;
};

/// What every entry has unless it says otherwise.
struct AnyKind {
  /// Of the stored layout; raised when a field is added.
  static constexpr std::uint32_t layout_version = 1;
};

struct Begins : AnyKind {
  static constexpr Role role = Role::begins;
};

template <ExecutionStatus status_after>
struct Ends : AnyKind {
  static constexpr Role role = Role::ends;
  static constexpr ExecutionStatus status = status_after;
};

/// `Told` is the message that brings it; the entry says by `from` what becomes of that.
template <class Told>
struct Tells : AnyKind {
  static constexpr Role role = Role::tells;
  using Message = Told;
};

struct Schedules : AnyKind {
  static constexpr Role role = Role::schedules;
  /// Thrown at the code that awaits it, if a failure comes.
  using Failure = OrchestrationError;
};

/// `kept` is where the next execution is handed what nobody has waited for.
template <std::vector<CarriedEvent> CarriedState::*kept>
struct Waits : AnyKind {
  static constexpr Role role = Role::waits;
  static constexpr auto carried = kept;
  using Failure = OrchestrationError;
};

/// `brought` is the member of the event that holds what has come, `sent` the one of the message that
/// brings it. What it answers was asked for by an event of the kind `Schedule`.
template <class Schedule, auto brought, auto sent>
struct Answers : AnyKind {
  static constexpr Role role = Role::answers;
  using Source = Schedule;
  using Kind = typename MemberPointer<decltype(brought)>::Of;
  using Message = typename MemberPointer<decltype(sent)>::Of;
  /// Whoever takes the execution up again asks anew for what has failed.
  static constexpr bool is_failure =
      std::is_same_v<typename MemberPointer<decltype(brought)>::To, ErrorDetails>;

  [[nodiscard]] static Kind from(const Message& message) { return {message.*sent}; }
  [[nodiscard]] static Message to_message(const Kind& event) {
    Message message;
    message.*sent = event.*brought;
    return message;
  }
  [[nodiscard]] static StepOutcome outcome(const Kind& event) { return to_outcome(event.*brought); }
};

/// `Wait` is the kind of the waits that it goes to, `Sent` the message that brings it.
template <class Raised, class Wait, class Sent>
struct RaisedFor : AnyKind {
  static constexpr Role role = Role::raised;
  using Source = Wait;
  using Message = Sent;
  [[nodiscard]] static Raised from(const Message& message) { return {message.name, message.data}; }
  [[nodiscard]] static Message to_message(const Raised& event) {
    return {{}, event.name, event.data};
  }
};

template <class Opening>
struct GivesUp : AnyKind {
  static constexpr Role role = Role::gives_up;
  static constexpr Match match = Match::place;
  using Source = Opening;
};

/// `Request` is the message that brings it.
template <class Request>
struct Asked : AnyKind {
  static constexpr Role role = Role::asked;
  using Message = Request;
};

struct Records : AnyKind {
  static constexpr Role role = Role::records;
};

}  // namespace duroxide::model
