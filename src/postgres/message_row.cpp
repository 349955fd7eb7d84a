#include "postgres/message_row.hpp"

#include <type_traits>
#include <utility>
#include <variant>

#include <duroxide/payload.hpp>

#include "model/encoding.hpp"
#include "model/kinds.hpp"

namespace duroxide::postgres {

namespace {

constexpr std::int64_t keep_never = 0;
constexpr std::int64_t keep_always = 1;
constexpr std::int64_t keep_of_execution = 2;

/// Where a kind of message stands in `WorkItem`, as SQL knows it.
template <class Message>
constexpr std::int64_t kind_of() {
  return static_cast<std::int64_t>(WorkItem(std::in_place_type<Message>).index());
}

template <class Message>
Result<WorkItem, model::Flaw> failed_answer(const StoredMessage& stored,
                                            const std::string& instance) {
  auto details = model::decode_error(stored.item.value_or(std::string_view()));
  if (!details) {
    return failure(std::move(details).error());
  }
  return WorkItem(Message{instance, static_cast<std::uint64_t>(stored.of_execution),
                          static_cast<std::uint64_t>(stored.of_event), std::move(*details)});
}

template <class Message>
WorkItem answer_with(const StoredMessage& stored, const std::string& instance) {
  return Message{instance, static_cast<std::uint64_t>(stored.of_execution),
                 static_cast<std::uint64_t>(stored.of_event),
                 std::string(stored.item.value_or(std::string_view()))};
}

}  // namespace

MessageRow row_of(const WorkItem& message) {
  MessageRow row;
  row.kind = static_cast<std::int64_t>(message.index());
  row.item = model::encode_work_item(message);
  if (const auto answer = model::answer_in(message)) {
    row.of_execution = static_cast<std::int64_t>(answer->execution_id);
    row.of_event = static_cast<std::int64_t>(answer->id);
    row.keeps = answer->is_failure ? keep_never : keep_of_execution;
    // A child's answer is worth something in whichever execution its parent is by then.
    const bool of_child = model::errand_of(answer->step) == model::Errand::child;
    row.bound_execution = of_child ? 0 : row.of_execution;
  } else if (model::is_raised(message)) {
    row.keeps = keep_always;
  } else if (const auto* cancel = std::get_if<work::CancelInstance>(&message);
             cancel != nullptr && cancel->parent) {
    row.of_execution = static_cast<std::int64_t>(cancel->parent->execution_id);
    row.of_event = static_cast<std::int64_t>(cancel->parent->event_id);
  }
  return row;
}

void add_message(Parameters& parameters, const MessageRow& row) {
  parameters.number(row.kind)
      .number(row.of_execution)
      .number(row.of_event)
      .number(row.keeps)
      .bytes(row.item);
}

Result<WorkItem, model::Flaw> read_message(const StoredMessage& stored,
                                           const std::string& instance) {
  if (!stored.made_here) {
    return model::decode_work_item(stored.item.value_or(std::string_view()));
  }
  if (stored.kind == kind_of<work::KeyValueRead>()) {
    work::KeyValueRead read{instance, static_cast<std::uint64_t>(stored.of_execution),
                            static_cast<std::uint64_t>(stored.of_event), std::nullopt};
    if (stored.item) {
      read.value = std::string(*stored.item);
    }
    return WorkItem(std::move(read));
  }
  if (stored.kind == kind_of<work::AwaitedCompleted>()) {
    return answer_with<work::AwaitedCompleted>(stored, instance);
  }
  if (stored.kind == kind_of<work::SubOrchCompleted>()) {
    return answer_with<work::SubOrchCompleted>(stored, instance);
  }
  if (stored.kind == kind_of<work::AwaitedFailed>()) {
    return failed_answer<work::AwaitedFailed>(stored, instance);
  }
  if (stored.kind == kind_of<work::SubOrchFailed>()) {
    return failed_answer<work::SubOrchFailed>(stored, instance);
  }
  return model::flaw("the store has no answer of kind " + std::to_string(stored.kind));
}

}  // namespace duroxide::postgres
