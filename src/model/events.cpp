#include <duroxide/events.hpp>

#include <duroxide/work_items.hpp>

#include "model/event_table.hpp"

namespace duroxide::DUROXIDE_ABI {

std::string_view event_type(const EventKind& kind) {
  return std::visit([]<class Kind>(const Kind&) { return model::KindOf<Kind>::name; }, kind);
}

std::string describe(const EventKind& kind) {
  return std::visit(
      []<class Kind>(const Kind& each) {
        using Entry = model::KindOf<Kind>;
        std::string text(Entry::name);
        if constexpr (requires { Entry::identity(each); }) {
          text += "(" + Entry::identity(each) + ")";
        }
        return text;
      },
      kind);
}

bool is_terminal(const EventKind& kind) {
  return std::visit(
      []<class Kind>(const Kind&) { return model::KindOf<Kind>::role == model::Role::ends; }, kind);
}

const std::string& target_instance(const WorkItem& item) {
  return std::visit([](const auto& each) -> const std::string& { return each.instance; }, item);
}

}  // namespace duroxide::DUROXIDE_ABI
