#include "storage/log/commit_body.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include "model/archive.hpp"
#include "model/serialization.hpp"
#include "storage/log/payload_body.hpp"

namespace duroxide::model {

/// As the string that they are in one piece.
template <class Archive>
void save(Archive& archive, const SharedBytes& bytes) {
  archive(cereal::make_size_tag(static_cast<cereal::size_type>(bytes.size())));
  BytesView(bytes).each_piece([&archive](std::string_view piece) {
    archive(cereal::binary_data(piece.data(), piece.size()));
  });
}

}  // namespace duroxide::model

namespace duroxide::storage {

namespace {

/// How much changes are.
struct Extent {
  std::size_t rows = 0;
  std::uint64_t bytes = 0;  ///< as of `size_of`
  bool has_payloads = false;
};

Extent extent_of(const Changes& changes) {
  Extent extent;
  for (const auto& table : changes) {
    extent.rows += table.size();
    for (const auto& [key, change] : table) {
      extent.bytes += key.size();
      if (change.value) {
        extent.bytes += change.value->size();
        extent.has_payloads = extent.has_payloads || !change.value->parts().empty();
      }
    }
  }
  return extent;
}

/// What the encoded changes take at most, with each payload in full.
std::size_t most_bytes(const Extent& extent) {
  // Behind the header: the mark of little-endian numbers, two versions, and how many rows there are.
  constexpr std::size_t once = model::record_header_bytes + 1 + 4 + 4 + 8;
  // The table, two lengths, and whether it is erased.
  constexpr std::size_t each_row = 1 + 8 + 8 + 1;
  return once + extent.rows * each_row + extent.bytes;
}

}  // namespace

// The layout is older than the log: a row of the journal, in which stores up to format 3 kept their last
// commits, looks the same.

struct CommitRow {
  std::uint8_t table = 0;
  std::string key;
  std::optional<std::string> value;
};
DUROXIDE_LAYOUT(CommitRow, x.table, x.key, x.value)

struct CommitBody {
  std::vector<CommitRow> rows;
};
DUROXIDE_LAYOUT(CommitBody, x.rows)

// What is written is not copied into these first, so each has a twin that only refers to it.

struct WrittenRow {
  std::uint8_t table = 0;
  const std::string& key;
  const std::optional<model::SharedBytes>& value;
};
DUROXIDE_LAYOUT(WrittenRow, x.table, x.key, x.value)

struct WrittenBody {
  const Changes& changes;
};
template <class Archive>
void serialize(Archive& archive, WrittenBody& x, std::uint32_t const /*version*/) {
  archive(cereal::make_size_tag(static_cast<cereal::size_type>(rows_in(x.changes))));
  for (std::size_t table = 0; table < table_count; ++table) {
    for (const auto& [key, change] : x.changes.at(table)) {
      archive(WrittenRow{static_cast<std::uint8_t>(table), key, change.value});
    }
  }
}

std::string encode_changes(const Changes& changes) {
  std::string bytes;
  bytes.reserve(most_bytes(extent_of(changes)));
  model::append_record(bytes, WrittenBody{changes});
  return bytes;
}

CommitRecord record_of(const Changes& changes, std::string spare) {
  const Extent extent = extent_of(changes);
  if (extent.has_payloads) {
    return record_with_payloads(changes, std::move(spare));
  }
  std::string bytes = CommitRecord::room_for(most_bytes(extent), std::move(spare));
  model::append_record(bytes, WrittenBody{changes});
  return CommitRecord(std::move(bytes));
}

model::Checked decode_changes_onto(Changes& changes, std::string_view bytes) {
  auto decoded = model::decode<CommitBody>(bytes);
  if (!decoded) {
    return failure(std::move(decoded).error());
  }
  for (CommitRow& row : decoded->rows) {
    if (row.table >= table_count) {
      return model::flaw("it changes table number " + std::to_string(row.table) +
                         ", which this release does not know");
    }
    changes.at(row.table).insert_or_assign(std::move(row.key), Change{std::move(row.value), false});
  }
  return {};
}

model::Checked decode_body_onto(Changes& changes, std::string_view body) {
  return has_payloads(body) ? decode_payloads_onto(changes, body)
                            : decode_changes_onto(changes, body);
}

Changes changes_of(std::uint64_t number, std::string_view body) {
  Changes changes;
  if (const auto read = decode_body_onto(changes, body); !read) {
    throw StorageFailure(ProviderError::Kind::corrupt,
                         "record " + std::to_string(number) +
                             " of the store's log: " + read.error().what +
                             "; what was committed last cannot be read. Unless a newer release has "
                             "written it, the store must be taken from a backup");
  }
  return changes;
}

}  // namespace duroxide::storage
