#include "storage/lmdb/seal.hpp"

#include <cstdint>
#include <utility>

#include "model/archive.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

std::uint64_t checksum_of(Table table, std::string_view key, std::string_view value) {
  const auto place = model::checksum(key, static_cast<std::uint64_t>(table) + 1);
  return model::checksum(value, place);
}

class UnsealedCursor final : public Cursor {
 public:
  UnsealedCursor(std::unique_ptr<Cursor> rows, Table table)
      : rows_(std::move(rows)), table_(table) {}

  bool seek(std::string_view key) override { return rows_->seek(key); }
  bool last() override { return rows_->last(); }
  bool next() override { return rows_->next(); }
  bool prev() override { return rows_->prev(); }
  [[nodiscard]] std::string_view key() const override { return rows_->key(); }
  [[nodiscard]] model::BytesView value() const override {
    return unseal(table_, rows_->key(), rows_->value());
  }

 private:
  std::unique_ptr<Cursor> rows_;
  Table table_;
};

}  // namespace

bool has_seal(Table table, std::string_view key) {
  return table != Table::meta || key != meta_keys::format;
}

void write_sealed(char* target, Table table, std::string_view key, model::BytesView value) {
  *target = model::broken_seal;
  char* end = target + seal_bytes;
  value.each_piece([&end](std::string_view piece) { end += piece.copy(end, piece.size()); });
  std::string number;
  append_number(number, checksum_of(table, key, {target + seal_bytes, value.size()}));
  number.copy(target + 1, number.size());
}

std::string_view unseal(Table table, std::string_view key, std::string_view stored) {
  if (stored.size() < seal_bytes || stored.front() != model::broken_seal || !has_seal(table, key)) {
    return stored;
  }
  const auto value = stored.substr(seal_bytes);
  return number_at(stored, 1) == checksum_of(table, key, value) ? value : stored;
}

std::unique_ptr<Cursor> unsealed(std::unique_ptr<Cursor> rows, Table table) {
  return std::make_unique<UnsealedCursor>(std::move(rows), table);
}

bool is_broken(std::string_view value) {
  return !value.empty() && value.front() == model::broken_seal;
}

}  // namespace duroxide::storage
