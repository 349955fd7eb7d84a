#include "engine/event_keys.hpp"

#include "engine/starts.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

std::uint64_t digest_of(Transaction& transaction, const work::ExternalRaised& event) {
  return content_digest(transaction.opening(), event.instance, event.name, event.data);
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

bool was_sent(Transaction& transaction, Number number, const work::ExternalRaised& event,
              const std::string& key) {
  require(model::check_name("key of the event", key));
  const auto row = event_key_row(number, key);
  const auto digest = transaction.batch().get(Table::event_keys, row);
  if (!digest) {
    return false;
  }
  if (digest->size() != sizeof(std::uint64_t)) {
    throw_corrupt(Table::event_keys, row, "the digest of the event is unreadable");
  }
  if (number_at(*digest, 0) != digest_of(transaction, event)) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "the instance `" + event.instance +
                             "` was sent another event under the key `" + key +
                             "`, or one with other data; give each event a key of its own");
  }
  return true;
}

void remember_key(Transaction& transaction, Number number, const work::ExternalRaised& event,
                  const std::string& key) {
  Batch& batch = transaction.batch();
  const auto counted = batch.get(Table::event_keys, event_key_count(number));
  const std::uint64_t count = counted ? stored_number(*counted) : 0;
  const std::string slot = event_key_slot(number, count % transaction.options().most_event_keys);
  if (const auto oldest = batch.get(Table::event_keys, slot)) {
    batch.erase(Table::event_keys, event_key_row(number, std::string(*oldest)));
  }
  batch.put(Table::event_keys, slot, key);
  batch.put(Table::event_keys, event_key_row(number, key), make_key(digest_of(transaction, event)));
  batch.put(Table::event_keys, event_key_count(number), make_key(count + 1));
}

}  // namespace duroxide::storage
