#pragma once

// The table of event kinds: all that the engine knows about a kind stands in its entry, in one of the two files
// included here, and encoding, JSON, replay, the reading of histories and the checks of stores and exports follow it.
// To add a kind, copy the entry of one with the same role; src/README.md says what else it takes.
//
// An entry has
//   name      as in JSON and in messages to people
//   fields    all members, in the order of the stored layout and of JSON: `needed` ones always stand
//             in JSON, `usual` ones unless they have the value of a fresh structure
// and, according to its role,
//   match     of what the code decides: when replay finds it again
//   words, label, waiting, ask    of what the code can await: how people are told of it, and the
//             message or row that goes out with it
// and if there is something to say
//   identity  what tells it from others of its kind, for people
//   check     whether names are right, which another store may not have checked
//   is_same   whether a recorded one is the decision of the code, where `match` cannot say it
//   change    what it changes of what the instance shows to others, as an `InstanceState`
//   follow    what it means to the `Updates` that others have asked for
//   whereabouts, Failure    see event_roles.hpp
//
// A field that a later release adds stands last, behind `if (holds(io, 2))`, and
// raises `layout_version` to that number. One that most do without takes no room there if
// `plain_layout_version` names the layout before it: see PlainLayout in record_writer.hpp.

#include <utility>

#include "model/event_table_records.hpp"
#include "model/event_table_steps.hpp"

namespace duroxide::model {

/// Calls `f.operator()<Kind>()` for each kind, in the order of `EventKind`.
template <class F>
constexpr void for_each_kind(F&& f) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (f.template operator()<std::variant_alternative_t<i, EventKind>>(), ...);
  }
  (std::make_index_sequence<std::variant_size_v<EventKind>>());
}

namespace check {

template <class Entry, class Kind>
concept HasWords = requires(const Kind& x) {
  Entry::words;
  Entry::label(x);
  Entry::waiting(x);
};
template <class Entry, class Kind>
concept HasAsk = requires(const Kind& x) {
  Entry::ask(Caller{}, std::uint64_t{}, x);
};

/// Refuses to compile unless the entry says all that its role asks for.
template <class Kind>
consteval bool is_complete() {
  static_assert(HasEntry<Kind>,
                "this alternative of EventKind has no entry in model/event_table_*.hpp: copy that "
                "of a kind with the same role");
  if constexpr (HasEntry<Kind>) {
    using Entry = KindOf<Kind>;
    constexpr Role role = Entry::role;
    static_assert(
        !is_command(role) || requires { Entry::match; },
        "the entry of what the code decides needs `match`");
    static_assert(!opens_step(role) || HasWords<Entry, Kind>,
                  "the entry of what the code can await needs `words`, `label` and `waiting`");
    static_assert(role != Role::schedules || HasAsk<Entry, Kind>,
                  "the entry of a schedule needs `ask`: what goes out with it");
    static_assert(
        role != Role::gives_up || requires { Kind{std::string()}; },
        "a kind that gives something up has a reason and nothing else");
    if constexpr (requires { typename Entry::Source; }) {
      static_assert(HasEntry<typename Entry::Source> &&
                        (role == Role::raised ? KindOf<typename Entry::Source>::role == Role::waits
                                              : opens_step(KindOf<typename Entry::Source>::role)),
                    "what this kind answers or gives up is nothing that the code can await");
    }
  }
  return true;
}

/// How many kinds of that role name `Source`.
template <class Source, Role role>
consteval int count_for() {
  int count = 0;
  for_each_kind([&]<class Kind>() {
    if constexpr (KindOf<Kind>::role == role) {
      count += std::is_same_v<typename KindOf<Kind>::Source, Source> ? 1 : 0;
    }
  });
  return count;
}

template <class Kind>
consteval bool has_partners() {
  constexpr Role role = KindOf<Kind>::role;
  static_assert(role != Role::schedules || count_for<Kind, Role::answers>() > 0,
                "nothing answers this schedule");
  static_assert(role != Role::waits || count_for<Kind, Role::raised>() == 1,
                "a wait needs one kind that is raised for it");
  static_assert(!opens_step(role) || count_for<Kind, Role::gives_up>() <= 1,
                "two kinds give this up");
  return true;
}

consteval bool is_complete_table() {
  bool complete = true;
  for_each_kind([&]<class Kind>() { complete = complete && is_complete<Kind>(); });
  for_each_kind([&]<class Kind>() { complete = complete && has_partners<Kind>(); });
  return complete;
}
static_assert(is_complete_table());

}  // namespace check

}  // namespace duroxide::model
