#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/events.hpp>
#include <duroxide/testing/mock.hpp>

namespace duroxide::DUROXIDE_ABI::testkit {

/// The history of one execution, to be asked by kinds of events and by names:
///
///     CHECK(test.history("order-1").count<event::ActivityFailed>("Charge") == 2);
///
/// The name of a step is that of the activity, child, event, queue or key; what completes or cancels a
/// step has the name of the step. An empty name stands for any. A value like any other; printed as a
/// line for each event.
class DUROXIDE_API History {
 public:
  explicit History(std::vector<Event> events = {});

  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

  /// Those of one kind, in order.
  template <class Kind>
  [[nodiscard]] std::vector<Kind> all(std::string_view name = {}) const {
    std::vector<Kind> found;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (const auto* each = std::get_if<Kind>(&events_[i].kind); each && fits(i, name)) {
        found.push_back(*each);
      }
    }
    return found;
  }
  template <class Kind>
  [[nodiscard]] std::size_t count(std::string_view name = {}) const {
    return all<Kind>(name).size();
  }
  template <class Kind>
  [[nodiscard]] bool has(std::string_view name = {}) const {
    return count<Kind>(name) != 0;
  }
  /// The only one of its kind and name. Throws `TestError`, with the history, if there is none, or more.
  template <class Kind>
  [[nodiscard]] Kind one(std::string_view name = {}) const {
    auto found = all<Kind>(name);
    if (found.size() != 1) {
      complain(event_type(Kind{}), name, found.size());
    }
    return std::move(found.front());
  }

  /// The name of an event, by its place from 0 on; empty if it has none, as a timer.
  [[nodiscard]] const std::string& name_of(std::size_t place) const { return names_.at(place); }

  /// A line for each event, with its number, its time since the first, and what it carries.
  [[nodiscard]] std::string to_string() const;

 private:
  [[nodiscard]] bool fits(std::size_t place, std::string_view name) const {
    return name.empty() || names_[place] == name;
  }
  [[noreturn]] void complain(std::string_view kind, std::string_view name, std::size_t found) const;

  std::vector<Event> events_;
  std::vector<std::string> names_;
};

DUROXIDE_API std::ostream& operator<<(std::ostream& out, const History& history);

}  // namespace duroxide::DUROXIDE_ABI::testkit
