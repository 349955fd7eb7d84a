#include "postgres/message_calls.hpp"

#include <utility>
#include <variant>

#include "model/ids.hpp"
#include "model/kinds.hpp"
#include "model/limits.hpp"
#include "postgres/message_row.hpp"
#include "postgres/refusal.hpp"
#include "postgres/start_calls.hpp"

namespace duroxide::postgres {

namespace {

// What `accept_message` answers, see messages.sql.
constexpr std::int64_t code_accepted = 0;
constexpr std::int64_t code_no_instance = 1;
constexpr std::int64_t code_key_of_another = 4;

/// Stands before the name of a queue, as in no name, which is UTF-8: so a message for a queue is never taken
/// for the event of the same name and data.
constexpr char of_queue = '\xff';

/// What was sent, by which another message under the same key is told apart.
std::uint64_t digest_of(const WorkItem& item) {
  if (const auto* queued = std::get_if<work::QueueMessage>(&item)) {
    return model::digest_of_start(of_queue + queued->name, queued->data);
  }
  const auto& event = std::get<work::ExternalRaised>(item);
  return model::digest_of_start(event.name, event.data);
}

}  // namespace

void check_message(const WorkItem& item) {
  require(model::check_instance_id(target_instance(item)));
  require(model::check_sender(item));
  require(model::check_message(item));
}

Call message_call(const char* function, const WorkItem& item,
                  const std::optional<Milliseconds>& delay, const std::optional<std::string>& key,
                  const CallContext& context) {
  check_delay(delay);
  check_message(item);
  if (key) {
    if (!std::holds_alternative<work::ExternalRaised>(item) &&
        !std::holds_alternative<work::QueueMessage>(item)) {
      refuse_input("only an event, or a message for a queue, has a key");
    }
    require(model::check_message_key(*key));
  }
  Parameters parameters;
  parameters.optional_number(context.now).text(target_instance(item));
  add_message(parameters, row_of(item));
  parameters.optional_number(delay ? std::optional<std::int64_t>(delay->count()) : std::nullopt)
      .optional_text(key)
      .optional_number(key ? std::optional(static_cast<std::int64_t>(digest_of(item)))
                           : std::nullopt);
  return {function, std::move(parameters)};
}

std::optional<ProviderError> message_error(const char* operation, const Rows& answer,
                                           const std::string& instance,
                                           const std::optional<std::string>& key) {
  switch (answer.first().number(0)) {
    case code_accepted:
      return std::nullopt;
    case code_no_instance:
      return refused(operation, ProviderError::Kind::instance_not_found,
                     "there is no instance `" + instance + "`");
    case code_key_of_another:
      return refused(operation, ProviderError::Kind::invalid_input,
                     "the instance `" + instance +
                         "` was sent another event or message under the key `" + key.value_or("") +
                         "`, or one with other data; give each a key of its own");
    default:
      return refused(operation, ProviderError::Kind::instance_finished,
                     "the instance `" + instance + "` has ended");
  }
}

}  // namespace duroxide::postgres
