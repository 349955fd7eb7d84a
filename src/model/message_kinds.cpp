// What the tables say about messages: which events they become, and what may be done with them.

#include <type_traits>
#include <utility>

#include "model/event_table.hpp"
#include "model/kinds.hpp"
#include "model/message_table.hpp"

namespace duroxide::model {

namespace {

/// Whether `Message` brings an event of this kind.
template <class Kind, class Message>
concept BroughtBy = std::is_same_v<typename KindOf<Kind>::Message, Message>;

/// The kind of event that `Message` brings; void if it brings none.
template <class Message, std::size_t i = 0>
consteval auto find_event_of() {
  if constexpr (i == std::variant_size_v<EventKind>) {
    return std::type_identity<void>();
  } else if constexpr (BroughtBy<std::variant_alternative_t<i, EventKind>, Message>) {
    return std::type_identity<std::variant_alternative_t<i, EventKind>>();
  } else {
    return find_event_of<Message, i + 1>();
  }
}
template <class Message>
using EventOf = typename decltype(find_event_of<Message>())::type;

template <class Message>
consteval bool brings(Role role) {
  if constexpr (std::is_void_v<EventOf<Message>>) {
    return false;
  } else {
    return KindOf<EventOf<Message>>::role == role;
  }
}

/// Whether it is for whatever the code waits for, or handles, under its name.
template <class Message>
consteval bool has_taker_by_name() {
  return brings<Message>(Role::raised) || brings<Message>(Role::asked);
}

}  // namespace

std::optional<Answer> answer_in(const WorkItem& message) {
  return std::visit(
      []<class Message>(const Message& each) -> std::optional<Answer> {
        if constexpr (brings<Message>(Role::answers)) {
          using Entry = KindOf<EventOf<Message>>;
          return Answer{each.execution_id, each.id, place_of<typename Entry::Source>(), Entry::name,
                        Entry::is_failure};
        } else {
          return std::nullopt;
        }
      },
      message);
}

bool is_raised(const WorkItem& message) {
  return std::visit([]<class Message>(const Message&) { return has_taker_by_name<Message>(); },
                    message);
}

bool carry(const WorkItem& message, CarriedState& carried) {
  return std::visit(
      [&]<class Message>(const Message& each) {
        if constexpr (brings<Message>(Role::raised)) {
          using Wait = typename KindOf<EventOf<Message>>::Source;
          (carried.*KindOf<Wait>::carried).push_back({each.name, each.data});
          return true;
        } else {
          return false;
        }
      },
      message);
}

std::optional<EventKind> event_of(const WorkItem& message) {
  return std::visit(
      []<class Message>(const Message& each) -> std::optional<EventKind> {
        if constexpr (std::is_void_v<EventOf<Message>>) {
          return std::nullopt;
        } else {
          return KindOf<EventOf<Message>>::from(each);
        }
      },
      message);
}

std::optional<WorkItem> message_again(const Event& event, const std::string& instance,
                                      std::uint64_t execution_id) {
  return std::visit(
      [&]<class Kind>(const Kind& each) -> std::optional<WorkItem> {
        using Entry = KindOf<Kind>;
        if constexpr (Entry::role == Role::raised || Entry::role == Role::asked) {
          auto message = Entry::to_message(each);
          message.instance = instance;
          return message;
        } else if constexpr (Entry::role == Role::answers) {
          if constexpr (!Entry::is_failure) {
            auto message = Entry::to_message(each);
            message.instance = instance;
            message.execution_id = execution_id;
            message.id = event.source_event_id;
            return message;
          }
        }
        return std::nullopt;
      },
      event.kind);
}

Checked check_sender(const WorkItem& message) {
  const std::string_view refusal = std::visit(
      []<class Message>(const Message&) { return MessageOf<Message>::refusal; }, message);
  if (!refusal.empty()) {
    return flaw(std::string(refusal));
  }
  return {};
}

Checked check_message(const WorkItem& message) {
  return std::visit(
      []<class Message>(const Message& each) -> Checked {
        if constexpr (requires { MessageOf<Message>::check(each); }) {
          return MessageOf<Message>::check(each);
        } else {
          return {};
        }
      },
      message);
}

const ParentLink* reader_of(const WorkItem& message) {
  return std::visit(
      []<class Message>(const Message& each) -> const ParentLink* {
        if constexpr (std::is_base_of_v<AsksStore, MessageOf<Message>>) {
          return &each.reader;
        } else {
          return nullptr;
        }
      },
      message);
}

std::string raised_name(const WorkItem& message) {
  return std::visit(
      []<class Message>(const Message& each) -> std::string {
        if constexpr (has_taker_by_name<Message>()) {
          return each.name;
        } else {
          return {};
        }
      },
      message);
}

std::string data_of(const WorkItem& message) {
  return std::visit(
      []<class Message>(const Message& each) { return MessageOf<Message>::data(each); }, message);
}

}  // namespace duroxide::model
