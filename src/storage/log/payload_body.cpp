#include "storage/log/payload_body.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "model/record_reader.hpp"
#include "model/record_writer.hpp"
#include "model/repeated_payloads.hpp"

namespace duroxide::storage {

//   format, the mark of little-endian numbers, how many rows
//   of each row: table, length of the key, key, kind
//   of a value: length of its text, text
//   of one with payloads: how many, and of each: the byte of the text in front of which it stands, and its
//     length and bytes or, if it stands in front of that in the body, `repeats_payload` and its number

namespace {

/// No record of the model begins so.
constexpr char format_with_payloads = 16;

enum class RowKind : std::uint8_t { value, erased, value_with_payloads };

/// Which of the payloads of a commit are written, and which repeat one.
struct Repeats {
  std::vector<std::optional<std::uint64_t>>
      each;                       ///< in the order in which they stand in the changes
  std::size_t written_bytes = 0;  ///< of those that are not repeated
};

std::vector<const Payload*> payloads_of(const Changes& changes) {
  std::vector<const Payload*> payloads;
  for (const auto& table : changes) {
    for (const auto& [key, change] : table) {
      if (change.value) {
        for (const model::SharedPart& part : change.value->parts()) {
          payloads.push_back(&part.payload);
        }
      }
    }
  }
  return payloads;
}

Repeats find_repeats(const Changes& changes) {
  const std::vector<const Payload*> payloads = payloads_of(changes);
  model::WrittenPayloads written(payloads.size());
  Repeats repeats;
  repeats.each.reserve(payloads.size());
  for (const Payload* payload : payloads) {
    repeats.each.push_back(written.find_or_add(*payload));
    repeats.written_bytes += repeats.each.back() ? 0 : payload->size();
  }
  return repeats;
}

/// What the body takes at most.
std::size_t most_bytes(const Changes& changes, const Repeats& repeats) {
  std::size_t bytes = bytes_of_commit + repeats.each.size() * bytes_of_part + repeats.written_bytes;
  for (const auto& table : changes) {
    for (const auto& [key, change] : table) {
      bytes += bytes_of_change + key.size() + (change.value ? change.value->text().size() : 0);
    }
  }
  return bytes;
}

/// Writes rows, and knows of the payload that comes next whether it repeats another.
class BodyWriter {
 public:
  BodyWriter(std::string& bytes, const Repeats& repeats)
      : writer_(bytes), next_(repeats.each.begin()) {}

  void write(const Changes& changes) {
    writer_.number(static_cast<std::uint64_t>(rows_in(changes)));
    for (std::size_t table = 0; table < table_count; ++table) {
      for (const auto& [key, change] : changes.at(table)) {
        writer_.number(static_cast<std::uint8_t>(table));
        write_text(key);
        write_value(change.value);
      }
    }
  }

 private:
  void write_kind(RowKind kind) { writer_.number(static_cast<std::uint8_t>(kind)); }

  void write_text(std::string_view text) {
    writer_.number(static_cast<std::uint64_t>(text.size()));
    writer_.copy(text.data(), text.size());
  }

  void write_value(const std::optional<model::SharedBytes>& value) {
    if (!value) {
      write_kind(RowKind::erased);
      return;
    }
    const auto parts = value->parts();
    write_kind(parts.empty() ? RowKind::value : RowKind::value_with_payloads);
    write_text(value->text());
    if (parts.empty()) {
      return;
    }
    writer_.number(static_cast<std::uint64_t>(parts.size()));
    for (const model::SharedPart& part : parts) {
      writer_.number(static_cast<std::uint64_t>(part.at));
      if (const auto repeated = *next_++) {
        writer_.number(model::repeats_payload | *repeated);
      } else {
        write_text(part.payload);
      }
    }
  }

  model::RecordWriter writer_;
  std::vector<std::optional<std::uint64_t>>::const_iterator next_;
};

/// Reads what `BodyWriter` has written, and throws `cereal::Exception` for what it has not.
class BodyReader {
 public:
  explicit BodyReader(std::string_view bytes) : reader_(bytes) {}

  void read_onto(Changes& changes) {
    for (auto rows = reader_.length(); rows > 0; --rows) {
      const auto table = reader_.number<std::uint8_t>();
      if (table >= table_count) {
        throw cereal::Exception("it changes table number " + std::to_string(table) +
                                ", which this release does not know");
      }
      std::string key = read_text();
      changes.at(table).insert_or_assign(std::move(key), Change{read_value(), false});
    }
    if (reader_.left() > 0) {
      throw cereal::Exception(std::to_string(reader_.left()) + " bytes are left over");
    }
  }

 private:
  std::string read_text(std::uint64_t size) {
    std::string text(static_cast<std::size_t>(size), '\0');
    reader_.copy(text.data(), text.size());
    return text;
  }
  std::string read_text() { return read_text(reader_.length()); }

  std::optional<model::SharedBytes> read_value() {
    const auto kind = reader_.number<std::uint8_t>();
    switch (static_cast<RowKind>(kind)) {
      case RowKind::erased:
        return std::nullopt;
      case RowKind::value:
        return read_text();
      case RowKind::value_with_payloads:
        return read_value_with_payloads();
    }
    throw cereal::Exception("a row is of kind " + std::to_string(kind) +
                            ", which this release does not know");
  }

  model::SharedBytes read_value_with_payloads() {
    std::string text = read_text();
    std::vector<model::SharedPart> parts;
    std::uint64_t last = 0;
    std::uint64_t bytes = text.size();
    for (auto count = reader_.length(); count > 0; --count) {
      const auto place = reader_.number<std::uint64_t>();
      if (place < last || place > text.size()) {
        throw cereal::Exception("a payload stands where its row is not");
      }
      last = place;
      parts.push_back({static_cast<std::size_t>(place), read_payload()});
      bytes += parts.back().payload.size();
      if (bytes > longest_value) {
        throw cereal::Exception("a row is longer than a store takes");
      }
    }
    return {std::move(text), std::move(parts)};
  }

  Payload read_payload() {
    const auto size = reader_.number<std::uint64_t>();
    if ((size & model::repeats_payload) != 0) {
      return payloads_.repeated(size & ~model::repeats_payload);
    }
    if (size > reader_.left()) {
      throw cereal::Exception("a payload of " + std::to_string(size) + " bytes is expected where " +
                              std::to_string(reader_.left()) + " are left");
    }
    Payload payload(read_text(size));
    payloads_.add(payload);
    return payload;
  }

  model::RecordReader reader_;
  model::ReadPayloads payloads_;
};

}  // namespace

CommitRecord record_with_payloads(const Changes& changes, std::string spare) {
  const Repeats repeats = find_repeats(changes);
  std::string bytes = CommitRecord::room_for(most_bytes(changes, repeats), std::move(spare));
  bytes.push_back(format_with_payloads);
  BodyWriter(bytes, repeats).write(changes);
  return CommitRecord(std::move(bytes));
}

bool has_payloads(std::string_view body) {
  return body.starts_with(format_with_payloads);
}

model::Checked decode_payloads_onto(Changes& changes, std::string_view body) {
  try {
    BodyReader(body.substr(1)).read_onto(changes);
    return {};
  } catch (const std::exception& error) {
    return model::flaw(std::string("the record cannot be decoded: ") + error.what());
  }
}

}  // namespace duroxide::storage
