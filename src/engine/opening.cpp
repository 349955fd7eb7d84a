#include "engine/opening.hpp"

#include <string>
#include <utility>

#include "engine/instances.hpp"
#include "engine/upgrade.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

void set(Changes& changes, std::string_view key, std::optional<std::string> value) {
  changes.at(static_cast<std::size_t>(Table::meta))
      .insert_or_assign(std::string(key), Change{std::move(value), false});
}

std::uint64_t read_number(const ReadView& view, std::string_view key, std::uint64_t fallback) {
  const auto bytes = view.get(Table::meta, key);
  if (bytes && bytes->size() != sizeof(std::uint64_t)) {
    throw_corrupt(Table::meta, key, "the number of the store has no meaning; restore a backup");
  }
  return bytes ? number_at(*bytes, 0) : fallback;
}

/// Who cannot open a store on a full disk cannot delete anything from it either.
void commit_with_reserve(KvStore& store, const Changes& changes) {
  try {
    store.commit(Changes(changes));
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::disk_full || !store.give_up_reserve()) {
      throw;
    }
    store.commit(Changes(changes));
  }
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
  Changes changes;
  if (!has_format) {
    set(changes, meta_keys::format, format);
  }
  set(changes, meta_keys::openings, make_key(opening.id));
  set(changes, meta_keys::open, "1");
  commit_with_reserve(store, changes);
  return opening;
}

void end_opening(KvStore& store, Number next_instance) {
  Changes changes;
  set(changes, meta_keys::next_instance, make_key(next_instance));
  set(changes, meta_keys::open, std::nullopt);
  store.commit(std::move(changes));
}

}  // namespace duroxide::storage
