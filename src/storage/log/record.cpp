#include "storage/log/record.hpp"

#include "model/archive.hpp"
#include "storage/log/little_endian.hpp"

namespace duroxide::storage {

namespace {

constexpr std::uint32_t record_mark = 0x43525544;  // "DURC"
constexpr std::size_t record_checksum_at = 40;

std::uint64_t checksum_of(LogKey key, std::string_view header, std::string_view body) {
  return model::checksum(body, model::checksum(header.substr(0, record_checksum_at), key));
}

}  // namespace

EncodedRecord encode_record(LogKey key, LogPosition after, std::uint64_t flushed,
                            std::string_view body) {
  EncodedRecord record;
  record.position.number = after.number + 1;
  record.bytes.reserve(record_bytes(body.size()));
  append_little_endian(record.bytes, record_mark);
  append_little_endian(record.bytes, record.position.number);
  append_little_endian(record.bytes, flushed);
  append_little_endian(record.bytes, after.checksum);
  append_little_endian(record.bytes, body.size());
  record.position.checksum = checksum_of(key, record.bytes, body);
  append_little_endian(record.bytes, record.position.checksum);
  record.bytes += body;
  record.bytes.resize(record_bytes(body.size()), '\0');
  return record;
}

std::optional<CommitHeader> read_header(std::string_view bytes) {
  if (bytes.size() < commit_header_bytes || little_endian_at(bytes, 0) != record_mark) {
    return std::nullopt;
  }
  CommitHeader header;
  header.number = little_endian_at(bytes, 8);
  header.flushed = little_endian_at(bytes, 16);
  header.predecessor = little_endian_at(bytes, 24);
  header.length = little_endian_at(bytes, 32);
  header.checksum = little_endian_at(bytes, record_checksum_at);
  return header;
}

bool is_whole(LogKey key, const CommitHeader& header, std::string_view bytes) {
  return header.length <= bytes.size() - commit_header_bytes &&
         checksum_of(key, bytes, bytes.substr(commit_header_bytes, header.length)) ==
             header.checksum;
}

}  // namespace duroxide::storage
