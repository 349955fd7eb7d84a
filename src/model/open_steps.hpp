#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/events.hpp>
#include <duroxide/result.hpp>

#include "model/event_roles.hpp"
#include "model/flaw.hpp"

namespace duroxide::model {

/// Something that the code has asked for and that has neither been answered nor given up.
struct OpenStep {
  std::uint64_t event_id = 0;
  Timestamp at;    ///< when it was scheduled
  EventKind what;  ///< the event that scheduled it

  bool operator==(const OpenStep&) const = default;
};

/// One of a kind that is known.
template <class Kind>
struct OpenStepOf {
  std::uint64_t event_id = 0;
  Timestamp at;
  const Kind& what;
};

/// What a history amounts to where it ends. An execution that has ended has nothing open.
struct OpenSteps {
  /// By event id. Waits are matched with what was raised by name, first come first served. A wait
  /// whose event the code dropped unread, so that the event went to the next one, stands in no
  /// history: then one more is listed than there is.
  std::vector<OpenStep> steps;
  /// The events and messages that nobody has waited for, the custom status and the values: what the
  /// next execution would be handed if this one continued as new here.
  CarriedState state;
  /// Those that no handler has answered yet, in order of arrival.
  std::vector<event::UpdateReceived> updates;
  std::optional<ParentLink> parent;
  bool cancel_requested = false;
  bool ended = false;

  /// Those that an event of this kind has opened; they refer to this structure.
  template <class Kind>
  [[nodiscard]] std::vector<OpenStepOf<Kind>> of() const& {
    std::vector<OpenStepOf<Kind>> found;
    for (const OpenStep& step : steps) {
      if (const Kind* what = std::get_if<Kind>(&step.what)) {
        found.push_back({step.event_id, step.at, *what});
      }
    }
    return found;
  }
  template <class Kind>
  void of() const&& = delete;

  /// Whether the step that this event has opened is one of them; `step` is the kind of the event.
  [[nodiscard]] bool is_open(std::size_t step, std::uint64_t event_id) const;
  /// Whether the step that this event has opened is one of them, and those have its errand.
  [[nodiscard]] bool is_open(Errand errand, std::uint64_t event_id) const;
};

/// Reads the events of one execution, from its first on. The flaw says why no engine can have
/// written them.
[[nodiscard]] Result<OpenSteps, Flaw> find_open_steps(const std::vector<Event>& history);

/// For an execution that is to be ended whatever its history looks like: what makes no sense is
/// passed over. Only the steps of which somebody outside has to be told are listed.
[[nodiscard]] OpenSteps find_steps_to_close(const std::vector<Event>& history);

}  // namespace duroxide::model
