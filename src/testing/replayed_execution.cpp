#include "testing/replayed_execution.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "model/cancellation.hpp"
#include "model/decision_text.hpp"
#include "model/kinds.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

/// Written with an execution's last event, for each step that is open then.
constexpr const char* at_the_end = "the orchestration has ended";

bool closes_a_step(const EventKind& kind) {
  return model::role_of(kind) == model::Role::gives_up &&
         std::visit(
             [](const auto& each) {
               if constexpr (requires { each.reason; }) {
                 return each.reason == at_the_end;
               } else {
                 return false;
               }
             },
             kind);
}

/// A history in two parts: what its code has lived through, and how the engine wrote down its end.
struct Parts {
  std::vector<Event> lived;
  std::vector<Event> end;        ///< empty while it runs
  bool ended_by_others = false;  ///< the code was not asked: what it would do next does not count
};

/// The engine's own verdict on an execution; not one that has come to it from an activity or a child.
bool is_verdict(const ErrorDetails& details) {
  switch (details.kind) {
    case ErrorKind::nondeterminism:
    case ErrorKind::spurious_suspension:
    case ErrorKind::limit_exceeded:
    case ErrorKind::storage:
    case ErrorKind::poisoned_orchestration:
    case ErrorKind::cancellation_ignored:
      return details.chain.empty();
    default:
      return false;
  }
}

Parts parts_of(const std::vector<Event>& history) {
  Parts parts;
  parts.lived = history;
  if (history.empty() || !is_terminal(history.back().kind)) {
    return parts;
  }
  const auto take = [&parts] {
    parts.end.insert(parts.end.begin(), std::move(parts.lived.back()));
    parts.lived.pop_back();
  };
  take();
  while (!parts.lived.empty() && closes_a_step(parts.lived.back().kind)) {
    take();
  }
  if (const auto* failed = std::get_if<event::OrchestrationFailed>(&history.back().kind)) {
    // Whether its code let the cancellation pass, or was not there to be asked, shows nowhere.
    const auto* request =
        parts.lived.empty()
            ? nullptr
            : std::get_if<event::OrchestrationCancelRequested>(&parts.lived.back().kind);
    const bool is_terminated =
        request != nullptr && model::ends_by_request(failed->details, *request);
    if (is_terminated) {
      take();
    }
    parts.ended_by_others = is_terminated || is_verdict(failed->details);
  }
  return parts;
}

/// Whether the code has come to the end that is recorded. Of a failure, a later release may say more.
bool is_same_end(const EventKind& recorded, const EventKind& attempted) {
  if (const auto* failed = std::get_if<event::OrchestrationFailed>(&recorded)) {
    const auto* other = std::get_if<event::OrchestrationFailed>(&attempted);
    return other != nullptr && failed->details.kind == other->details.kind &&
           failed->details.message == other->details.message;
  }
  return recorded == attempted;
}

bool is_same(const Event& recorded, const Event& attempted) {
  return is_terminal(recorded.kind) ? is_same_end(recorded.kind, attempted.kind)
                                    : recorded.source_event_id == attempted.source_event_id &&
                                          model::is_same_decision(recorded.kind, attempted.kind);
}

/// Why the code does not fit what it has lived through, if that is what it failed of.
std::optional<Parting> parting_within(const replay::TurnResult& turn) {
  const auto* failed = std::get_if<replay::Failed>(&turn.outcome);
  if (failed == nullptr || !failed->details.chain.empty()) {
    return std::nullopt;
  }
  const ErrorDetails& details = failed->details;
  if (details.nondeterminism) {
    return Parting{details.nondeterminism->event_id, details.nondeterminism->recorded,
                   details.nondeterminism->attempted};
  }
  if (is_verdict(details)) {
    return Parting{0, "a history that can be replayed", details.message};
  }
  return std::nullopt;
}

std::string text_of(const Event& event) {
  return model::describe_in_full(event.kind, event.source_event_id);
}

/// Whether an execution that runs comes to new code behind its last event, which is on there: what it
/// does then is what the engine will let it do.
bool begins_a_patch(const Parts& parts, const std::vector<Event>& attempted) {
  return parts.end.empty() && !attempted.empty() &&
         std::holds_alternative<event::PatchMarked>(attempted.front().kind);
}

/// Compares what the code does behind what it has lived through with what is recorded there.
std::optional<Parting> parting_behind(const Parts& parts, const std::vector<Event>& attempted) {
  const std::size_t both = std::max(parts.end.size(), attempted.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (i < parts.end.size() && i < attempted.size() && is_same(parts.end[i], attempted[i])) {
      continue;
    }
    const std::uint64_t place = parts.lived.size() + i + 1;
    if (i >= parts.end.size()) {
      return Parting{place, "nothing more: it waits", text_of(attempted[i])};
    }
    if (i >= attempted.size()) {
      return Parting{place, text_of(parts.end[i]), "nothing: it was waiting for something else"};
    }
    auto apart = model::describe_apart(parts.end[i].kind, parts.end[i].source_event_id,
                                       attempted[i].kind, attempted[i].source_event_id);
    return Parting{place, std::move(apart.recorded), std::move(apart.attempted)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Parting> replay_execution(replay::Assignment assignment,
                                        const std::vector<Event>& history,
                                        const RuntimeOptions& options) {
  const Parts parts = parts_of(history);
  if (parts.lived.empty()) {
    return Parting{0, "nothing", "a history begins with the start of its execution"};
  }
  replay::TurnServices services;
  services.now = [now = history.back().timestamp] { return now; };
  services.new_guid = [] { return std::string("00000000-0000-4000-8000-000000000000"); };
  services.log = [](const LogRecord&) {};
  services.max_values = options.max_values();
  services.max_value_bytes = options.max_value_bytes();
  services.max_custom_status_bytes = options.max_custom_status_bytes();
  replay::Execution execution(std::move(assignment), std::move(services));
  execution.replay(parts.lived, !parts.end.empty());
  const replay::TurnResult turn = execution.run({});
  const bool ends_alike =
      !parts.end.empty() && !turn.events.empty() && is_same(parts.end.back(), turn.events.back());
  // An instance that has failed of code that does not fit its history ends alike with the same code, and
  // that is no excuse.
  auto within = parting_within(turn);
  if (within && (within->event_id != 0 || !ends_alike)) {
    return within;
  }
  return parts.ended_by_others || begins_a_patch(parts, turn.events)
             ? std::nullopt
             : parting_behind(parts, turn.events);
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
