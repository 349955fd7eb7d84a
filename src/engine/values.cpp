#include "engine/values.hpp"

#include <utility>

#include "engine/instances.hpp"
#include "model/limits.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

StoredValue decode_row(std::string_view row, std::string_view bytes) {
  std::string key(row.substr(sizeof(Number)));
  if (const auto sound = model::check_key(key); !sound) {
    throw_corrupt(Table::values, row, sound.error().what);
  }
  return require_readable(Table::values, row, decode_value(std::move(key), bytes));
}

std::optional<StoredValue> decode_found(std::string_view row,
                                        std::optional<std::string_view> bytes) {
  return bytes ? std::optional(decode_row(row, *bytes)) : std::nullopt;
}

}  // namespace

std::string value_key(Number number, std::string_view key) {
  std::string row = make_key(number);
  row.append(key);
  return row;
}

CustomStatus load_custom_status(const ReadView& view, Number number) {
  const auto key = make_key(number);
  const auto bytes = view.get(Table::custom_status, key);
  if (!bytes) {
    return {};
  }
  return require_readable(Table::custom_status, key, decode_custom_status(*bytes));
}

std::optional<StoredValue> load_value(const ReadView& view, Number number, std::string_view key) {
  const auto row = value_key(number, key);
  return decode_found(row, view.get(Table::values, row));
}

std::vector<StoredValue> load_values(const ReadView& view, Number number) {
  std::vector<StoredValue> values;
  const auto prefix = make_key(number);
  const auto cursor = view.cursor(Table::values);
  for (bool more = cursor->seek(prefix); more && cursor->key().substr(0, prefix.size()) == prefix;
       more = cursor->next()) {
    values.push_back(decode_row(cursor->key(), cursor->value()));
  }
  return values;
}

std::optional<StoredValue> find_value(Batch& batch, Number number, std::string_view key) {
  const auto row = value_key(number, key);
  return decode_found(row, batch.get(Table::values, row));
}

}  // namespace duroxide::storage
