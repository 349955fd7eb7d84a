#include "fuzz/edits.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "model/samples.hpp"

namespace duroxide::fuzz {

namespace {

constexpr std::size_t most_edits = 16;
constexpr std::size_t most_elements = 200;

template <class T>
auto place(std::vector<T>& list, std::size_t index) {
  return list.begin() + static_cast<std::ptrdiff_t>(index);
}

EventKind any_kind(Bytes& bytes) {
  static const auto all = model::test::sample_events();
  return all[bytes.byte() % all.size()].second.kind;
}

void renumber(std::vector<Event>& history) {
  for (std::size_t i = 0; i < history.size(); ++i) {
    history[i].event_id = i + 1;
  }
}

/// Of those edits that make sense of any list. False if `choice` is another.
template <class T>
bool rearrange(std::vector<T>& list, std::size_t at, std::size_t other, unsigned choice) {
  switch (choice) {
    case 0:
      list.erase(place(list, at));
      return true;
    case 1: {
      T copy = list[at];
      list.insert(place(list, other), std::move(copy));
      return true;
    }
    case 2:
      std::swap(list[at], list[other]);
      return true;
    case 3:
      list.resize(at);
      return true;
    default:
      return false;
  }
}

void edit_event(Event& event, Bytes& bytes, unsigned choice) {
  switch (choice) {
    case 4:
      event.kind = any_kind(bytes);
      break;
    case 5:
      event.source_event_id = bytes.byte();
      break;
    case 6:
      event.event_id = bytes.number();
      break;
    case 7:
      event.timestamp = from_milliseconds(static_cast<std::int32_t>(bytes.number()));
      break;
    default:
      // One that is raised needs nothing that came before it.
      event = {event.event_id, 0, event.timestamp,
               event::ExternalEvent{"E" + std::to_string(bytes.byte() % 4), "data"}};
      break;
  }
}

WorkItem any_message(Bytes& bytes, const std::string& instance, std::uint64_t execution_id) {
  static const auto all = model::test::sample_work_items();
  WorkItem item = all[bytes.byte() % all.size()].second;
  const std::uint64_t id = bytes.byte();
  std::visit(
      [&](auto& message) {
        message.instance = instance;
        if constexpr (requires { message.execution_id; }) {
          message.execution_id = execution_id;
        }
        if constexpr (requires { message.id; }) {
          if constexpr (std::is_same_v<decltype(message.id), std::string>) {
            message.id = std::to_string(id);  // an update has one that its sender chose
          } else {
            message.id = id;
          }
        }
      },
      item);
  return item;
}

}  // namespace

void edit_history(std::vector<Event>& history, Bytes& bytes) {
  const bool numbered = bytes.byte() % 4 != 0;
  for (std::size_t left = bytes.byte() % most_edits; left > 0; --left) {
    const unsigned choice = bytes.byte() % 10;
    if (history.size() < most_elements && choice == 9) {
      history.insert(place(history, bytes.byte() % (history.size() + 1)),
                     Event{0, bytes.byte(), from_milliseconds(7), any_kind(bytes)});
    } else if (!history.empty() && history.size() < most_elements) {
      const std::size_t at = bytes.byte() % history.size();
      const std::size_t other = choice < 3 ? bytes.byte() % history.size() : 0;
      if (!rearrange(history, at, other, choice)) {
        edit_event(history[at], bytes, choice);
      }
    }
  }
  if (numbered) {
    renumber(history);
  }
}

void edit_messages(std::vector<WorkItem>& messages, Bytes& bytes, const std::string& instance,
                   std::uint64_t execution_id) {
  for (std::size_t left = bytes.byte() % most_edits; left > 0; --left) {
    const unsigned choice = bytes.byte() % 6;
    if (messages.empty() || choice > 3) {
      messages.push_back(any_message(bytes, instance, execution_id));
    } else {
      const std::size_t at = bytes.byte() % messages.size();
      const std::size_t other = choice < 3 ? bytes.byte() % messages.size() : 0;
      rearrange(messages, at, other, choice);
    }
  }
}

}  // namespace duroxide::fuzz
