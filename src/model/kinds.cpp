#include "model/kinds.hpp"

#include <type_traits>
#include <utility>

#include "model/event_table.hpp"

namespace duroxide::model {

namespace {

/// Calls `f.operator()<Kind>()` for the kind at `place`, which opens a step.
template <class F>
void with_step(std::size_t place, const F& f) {
  for_each_kind([&]<class Kind>() {
    if constexpr (opens_step(KindOf<Kind>::role)) {
      if (place == place_of<Kind>()) {
        f.template operator()<Kind>();
      }
    }
  });
}

}  // namespace

Role role_of(const EventKind& kind) {
  return std::visit([]<class Kind>(const Kind&) { return KindOf<Kind>::role; }, kind);
}

bool is_command(const EventKind& kind) {
  return is_command(role_of(kind));
}

bool is_same_decision(const EventKind& recorded, const EventKind& attempted) {
  return recorded.index() == attempted.index() &&
         std::visit(
             [&]<class Kind>(const Kind& each) {
               using Entry = KindOf<Kind>;
               if constexpr (!is_command(Entry::role)) {
                 return false;
               } else if constexpr (Entry::match == Match::name) {
                 return Entry::identity(each) == Entry::identity(std::get<Kind>(attempted));
               } else if constexpr (requires { Entry::is_same(each, each); }) {
                 return Entry::is_same(each, std::get<Kind>(attempted));
               } else {
                 return Entry::match == Match::place || each == std::get<Kind>(attempted);
               }
             },
             recorded);
}

bool can_answer(const EventKind& kind, const Event* source) {
  return std::visit(
      [&]<class Kind>(const Kind&) {
        using Entry = KindOf<Kind>;
        if constexpr (Entry::role == Role::answers || Entry::role == Role::gives_up) {
          return source != nullptr && std::holds_alternative<typename Entry::Source>(source->kind);
        } else {
          return source == nullptr;
        }
      },
      kind);
}

std::optional<std::size_t> source_of(const EventKind& kind) {
  return std::visit(
      []<class Kind>(const Kind&) -> std::optional<std::size_t> {
        if constexpr (requires { typename KindOf<Kind>::Source; }) {
          return place_of<typename KindOf<Kind>::Source>();
        } else {
          return std::nullopt;
        }
      },
      kind);
}

ExecutionStatus status_after(const EventKind& kind) {
  return std::visit(
      []<class Kind>(const Kind&) {
        if constexpr (KindOf<Kind>::role == Role::ends) {
          return KindOf<Kind>::status;
        } else {
          return ExecutionStatus::running;
        }
      },
      kind);
}

bool is_failed_answer(const EventKind& kind) {
  return std::visit(
      []<class Kind>(const Kind&) {
        if constexpr (KindOf<Kind>::role == Role::answers) {
          return KindOf<Kind>::is_failure;
        } else {
          return false;
        }
      },
      kind);
}

Checked check_names(const EventKind& kind) {
  return std::visit(
      []<class Kind>(const Kind& each) -> Checked {
        if constexpr (requires { KindOf<Kind>::check(each); }) {
          return KindOf<Kind>::check(each);
        } else {
          return {};
        }
      },
      kind);
}

StepWords words_of(std::size_t step) {
  StepWords words{"nothing", "what came from "};
  with_step(step, [&]<class Kind>() { words = KindOf<Kind>::words; });
  return words;
}

std::string label_of(const EventKind& opening) {
  return std::visit(
      []<class Kind>(const Kind& each) {
        if constexpr (opens_step(KindOf<Kind>::role)) {
          return KindOf<Kind>::label(each);
        } else {
          return std::string();
        }
      },
      opening);
}

std::string describe_step(const EventKind& opening) {
  return std::visit(
      []<class Kind>(const Kind& each) {
        if constexpr (opens_step(KindOf<Kind>::role)) {
          return KindOf<Kind>::waiting(each);
        } else {
          return std::string();
        }
      },
      opening);
}

std::optional<WorkItem> request_of(const Caller& caller, std::uint64_t id,
                                   const EventKind& opening) {
  return std::visit(
      [&]<class Kind>(const Kind& each) -> std::optional<WorkItem> {
        if constexpr (requires { KindOf<Kind>::ask(caller, id, each); }) {
          return KindOf<Kind>::ask(caller, id, each);
        } else {
          return std::nullopt;
        }
      },
      opening);
}

Headers headers_of(const std::vector<Event>& history) {
  const auto* started =
      history.empty() ? nullptr : std::get_if<event::OrchestrationStarted>(&history.front().kind);
  return started == nullptr ? Headers() : started->headers;
}

Errand errand_of(std::size_t step) {
  Errand errand = Errand::none;
  with_step(step, [&]<class Kind>() {
    if constexpr (KindOf<Kind>::role == Role::schedules) {
      using Request = decltype(KindOf<Kind>::ask(Caller{}, std::uint64_t{}, Kind{}));
      errand = std::is_same_v<Request, work::ActivityExecute>      ? Errand::activity
               : std::is_same_v<Request, work::TimerFired>         ? Errand::timer
               : std::is_same_v<Request, work::StartOrchestration> ? Errand::child
               : std::is_same_v<Request, work::AwaitInstance>      ? Errand::end
                                                                   : Errand::question;
    }
  });
  return errand;
}

bool is_wait(std::size_t step) {
  bool is_one = false;
  with_step(step, [&]<class Kind>() { is_one = KindOf<Kind>::role == Role::waits; });
  return is_one;
}

Whereabouts whereabouts_of(const EventKind& opening) {
  return std::visit(
      []<class Kind>(const Kind& each) -> Whereabouts {
        if constexpr (requires { KindOf<Kind>::whereabouts(each); }) {
          return KindOf<Kind>::whereabouts(each);
        } else {
          return {};
        }
      },
      opening);
}

std::optional<EventKind> giving_up(std::size_t step, const std::string& reason) {
  std::optional<EventKind> event;
  with_step(step, [&]<class Step>() {
    for_each_kind([&]<class Kind>() {
      if constexpr (KindOf<Kind>::role == Role::gives_up) {
        if constexpr (std::is_same_v<typename KindOf<Kind>::Source, Step>) {
          event = Kind{reason};
        }
      }
    });
  });
  return event;
}

bool needs_closing(const EventKind& kind) {
  return role_of(kind) == Role::schedules && giving_up(kind.index(), {}).has_value();
}

void throw_failure(std::size_t step, ErrorDetails details) {
  with_step(step, [&]<class Kind>() { throw typename KindOf<Kind>::Failure(std::move(details)); });
  throw OrchestrationError(std::move(details));
}

std::optional<StepOutcome> outcome_of(const EventKind& kind) {
  return std::visit(
      []<class Kind>(const Kind& each) -> std::optional<StepOutcome> {
        if constexpr (KindOf<Kind>::role == Role::answers) {
          return KindOf<Kind>::outcome(each);
        } else {
          return std::nullopt;
        }
      },
      kind);
}

}  // namespace duroxide::model
