#include <duroxide/testing/history.hpp>

#include <ostream>
#include <string_view>
#include <utility>
#include <variant>

#include "model/decision_text.hpp"
#include "model/printable.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

/// Its own name; empty if it has none.
std::string own_name(const EventKind& kind) {
  return std::visit(
      [](const auto& each) -> std::string {
        if constexpr (requires { each.name; }) {
          return each.name;
        } else if constexpr (requires { each.key; }) {
          return each.key;
        } else if constexpr (requires { each.id; }) {
          return each.id;
        } else {
          return {};
        }
      },
      kind);
}

}  // namespace

History::History(std::vector<Event> events) : events_(std::move(events)) {
  names_.reserve(events_.size());
  for (const Event& event : events_) {
    std::string name = own_name(event.kind);
    if (name.empty() && event.source_event_id != 0 && event.source_event_id <= names_.size()) {
      name = names_[event.source_event_id - 1];
    }
    names_.push_back(std::move(name));
  }
}

std::string History::to_string() const {
  std::string text;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Event& event = events_[i];
    const auto since = event.timestamp - events_.front().timestamp;
    std::string line = std::to_string(event.event_id) + "  +" + std::to_string(since.count()) +
                       " ms  " + model::describe_in_full(event.kind);
    if (event.source_event_id != 0) {
      line += ", for event " + std::to_string(event.source_event_id);
      if (!names_[i].empty()) {
        line += " (" + model::printable(names_[i]) + ")";
      }
    }
    text += line + "\n";
  }
  return text;
}

void History::complain(std::string_view kind, std::string_view name, std::size_t found) const {
  throw TestError("there are " + std::to_string(found) + " events of the kind " +
                  std::string(kind) +
                  (name.empty() ? std::string() : " with the name `" + std::string(name) + "`") +
                  ", and not one, in this history:\n" + to_string());
}

std::ostream& operator<<(std::ostream& out, const History& history) {
  return out << history.to_string();
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
