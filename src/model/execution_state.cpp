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
          return waits_.wait(place_of<Kind>(), kind.name, event.event_id);
        } else if constexpr (Entry::role == Role::raised) {
          return waits_.raise(place_of<typename Entry::Source>(), kind.name, kind.data);
        } else if constexpr (Entry::role == Role::gives_up) {
          stop_waiting(place_of<typename Entry::Source>(), event.source_event_id);
        } else if constexpr (requires(Updates updates) { Entry::follow(updates, kind); }) {
          if (!updates_) {
            updates_ = Updates();
          }
          Entry::follow(*updates_, kind);
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
      waits_.raise(place_of<Wait>(), event.name, event.data);
    }
  });
  shown_.begin(carried);
}

std::optional<Arrived> ExecutionState::give_back(std::size_t step, std::string_view name,
                                                 std::uint64_t arrival, Payload data) {
  return waits_.give_back(step, name, arrival, std::move(data));
}

void ExecutionState::stop_waiting(std::size_t step, std::uint64_t wait) {
  waits_.stop_waiting(step, wait);
}

const Updates& ExecutionState::updates() const {
  static const Updates none;
  return updates_ ? *updates_ : none;
}

CarriedState ExecutionState::carried() const {
  CarriedState carried;
  for_each_wait(
      [&]<class Wait>() { carried.*KindOf<Wait>::carried = waits_.kept(place_of<Wait>()); });
  shown_.carry_on(carried);
  return carried;
}

}  // namespace duroxide::model
