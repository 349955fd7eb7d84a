#include "model/execution_state.hpp"

#include <utility>

#include "model/event_table.hpp"

namespace duroxide::model {

namespace {

/// Calls `f.operator()<Wait>()` for each kind of wait.
template <class F>
void for_each_wait(const F& f) {
  for_each_kind([&]<class Kind>() {
    if constexpr (KindOf<Kind>::role == Role::waits) {
      f.template operator()<Kind>();
    }
  });
}

}  // namespace

std::optional<Arrived> ExecutionState::take(const Event& event, bool is_new) {
  return std::visit(
      [&]<class Kind>(const Kind& kind) -> std::optional<Arrived> {
        using Entry = KindOf<Kind>;
        if constexpr (Entry::role == Role::begins) {
          begin(kind.carried);
        } else if constexpr (Entry::role == Role::waits) {
          return waits_[place_of<Kind>()].wait(event.event_id, kind.name);
        } else if constexpr (Entry::role == Role::raised) {
          return waits_[place_of<typename Entry::Source>()].raise(kind.name, kind.data);
        } else if constexpr (Entry::role == Role::gives_up) {
          stop_waiting(place_of<typename Entry::Source>(), event.source_event_id);
        } else if constexpr (requires { Entry::follow(updates_, kind); }) {
          Entry::follow(updates_, kind);
        } else if constexpr (requires { Entry::change(shown_, kind, event.timestamp, is_new); }) {
          Entry::change(shown_, kind, event.timestamp, is_new);
        }
        return std::nullopt;
      },
      event.kind);
}

void ExecutionState::begin(const CarriedState& carried) {
  for_each_wait([&]<class Wait>() {
    for (const CarriedEvent& event : carried.*KindOf<Wait>::carried) {
      waits_[place_of<Wait>()].raise(event.name, event.data);
    }
  });
  shown_.begin(carried);
}

std::optional<Arrived> ExecutionState::give_back(std::size_t step, std::string_view name,
                                                 std::uint64_t arrival, Payload data) {
  return waits_[step].give_back(name, arrival, std::move(data));
}

void ExecutionState::stop_waiting(std::size_t step, std::uint64_t wait) {
  const auto found = waits_.find(step);
  if (found != waits_.end()) {
    found->second.stop_waiting(wait);
  }
}

CarriedState ExecutionState::carried() const {
  CarriedState carried;
  for_each_wait([&]<class Wait>() {
    const auto found = waits_.find(place_of<Wait>());
    if (found != waits_.end()) {
      carried.*KindOf<Wait>::carried = found->second.kept();
    }
  });
  shown_.carry_on(carried);
  return carried;
}

}  // namespace duroxide::model
