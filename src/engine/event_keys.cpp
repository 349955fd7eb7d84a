#include "engine/event_keys.hpp"

#include "engine/starts.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

/// Stands before the name of a queue, as in no name, which is UTF-8: so a message for a queue is never taken
/// for the event of the same name and data.
constexpr char of_queue = '\xff';

std::uint64_t digest_of(Transaction& transaction, const WorkItem& message) {
  const Opening& opening = transaction.opening();
  if (const auto* queued = std::get_if<work::QueueMessage>(&message)) {
    return content_digest(opening, queued->instance, of_queue + queued->name, queued->data);
  }
  const auto& event = std::get<work::ExternalRaised>(message);
  return content_digest(opening, event.instance, event.name, event.data);
}

}  // namespace

std::string event_key_row(Number number, const std::string& key) {
  return make_key(number).append("k").append(key);
}

std::string event_key_slot(Number number, std::uint64_t slot) {
  std::string row = make_key(number).append("s");
  append_number(row, slot);
  return row;
}

std::string event_key_count(Number number) {
  return make_key(number).append("n");
}

bool can_have_key(const WorkItem& message) {
  return std::holds_alternative<work::ExternalRaised>(message) ||
         std::holds_alternative<work::QueueMessage>(message);
}

void refuse_key() {
  throw StorageFailure(ProviderError::Kind::invalid_input,
                       "only an event, or a message for a queue, has a key");
}

bool was_sent(Transaction& transaction, Number number, const WorkItem& message,
              const std::string& key) {
  require(model::check_message_key(key));
  const auto row = event_key_row(number, key);
  const auto digest = transaction.batch().get(Table::event_keys, row);
  if (!digest) {
    return false;
  }
  if (digest->size() != sizeof(std::uint64_t)) {
    throw_corrupt(Table::event_keys, row, "the digest of what was sent is unreadable");
  }
  if (number_at(*digest, 0) != digest_of(transaction, message)) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "the instance `" + target_instance(message) +
                             "` was sent another event or message under the key `" + key +
                             "`, or one with other data; give each a key of its own");
  }
  return true;
}

void remember_key(Transaction& transaction, Number number, const WorkItem& message,
                  const std::string& key) {
  Batch& batch = transaction.batch();
  const auto counted = batch.get(Table::event_keys, event_key_count(number));
  const std::uint64_t count = counted ? stored_number(*counted) : 0;
  const std::string slot = event_key_slot(number, count % transaction.options().most_event_keys);
  if (const auto oldest = batch.get(Table::event_keys, slot)) {
    batch.erase(Table::event_keys, event_key_row(number, std::string(*oldest)));
  }
  batch.put(Table::event_keys, slot, key);
  batch.put(Table::event_keys, event_key_row(number, key),
            make_key(digest_of(transaction, message)));
  batch.put(Table::event_keys, event_key_count(number), make_key(count + 1));
}

}  // namespace duroxide::storage
