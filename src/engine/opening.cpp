#include "engine/opening.hpp"

#include <string>
#include <utility>

#include "engine/instances.hpp"
#include "engine/upgrade.hpp"
#include "storage/batch.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

std::uint64_t read_number(const ReadView& view, std::string_view key, std::uint64_t fallback) {
  const auto bytes = view.get(Table::meta, key);
  if (bytes && bytes->size() != sizeof(std::uint64_t)) {
    throw_corrupt(Table::meta, key, "the number of the store has no meaning; restore a backup");
  }
  return bytes ? number_at(*bytes, 0) : fallback;
}

}  // namespace

Opening begin_opening(KvStore& store) {
  upgrade_store(store);
  Opening opening;
  const std::string format = std::string(format_magic) + make_key(store_format);
  bool has_format = false;
  {
    const auto view = store.writer_view();
    opening.id = read_number(*view, meta_keys::openings, 0) + 1;
    opening.after_crash = view->get(Table::meta, meta_keys::open).has_value();
    opening.next_instance = read_number(*view, meta_keys::next_instance, 1);
    has_format = view->get(Table::meta, meta_keys::format) == format;
    const auto newest = last_readable(*view);
    opening.last_created = newest ? newest->record.created_at : Timestamp::min();
  }
  Batch batch(store);
  if (!has_format) {
    batch.put(Table::meta, std::string(meta_keys::format), format);
  }
  batch.put(Table::meta, std::string(meta_keys::openings), make_key(opening.id));
  batch.put(Table::meta, std::string(meta_keys::open), "1");
  // Who cannot open a store on a full disk cannot delete anything from it either.
  batch.make_room(0, RoomFor::making_room);
  batch.commit();
  return opening;
}

void end_opening(KvStore& store, Number next_instance) {
  Batch batch(store);
  batch.put(Table::meta, std::string(meta_keys::next_instance), make_key(next_instance));
  batch.erase(Table::meta, meta_keys::open);
  batch.make_room(0, RoomFor::little);
  batch.commit();
}

}  // namespace duroxide::storage
