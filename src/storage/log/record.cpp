#include "storage/log/record.hpp"

#include <utility>

#include "model/archive.hpp"
#include "model/invariant.hpp"
#include "storage/log/little_endian.hpp"

namespace duroxide::storage {

namespace {

constexpr std::uint32_t record_mark = 0x43525544;  // "DURC"
constexpr std::size_t record_checksum_at = 40;

std::uint64_t checksum_of(LogKey key, std::string_view header, std::string_view body) {
  return model::checksum(body, model::checksum(header.substr(0, record_checksum_at), key));
}

}  // namespace

std::string CommitRecord::room_for(std::uint64_t body_bytes, std::string spare) {
  spare.clear();
  spare.reserve(record_bytes(body_bytes));
  spare.resize(commit_header_bytes, '\0');
  return spare;
}

CommitRecord::CommitRecord(std::string bytes) : bytes_(std::move(bytes)) {
  DUROXIDE_INVARIANT(bytes_.size() >= commit_header_bytes, "a record has room for its header");
  body_bytes_ = bytes_.size() - commit_header_bytes;
  bytes_.resize(record_bytes(body_bytes_), '\0');
}

CommitRecord CommitRecord::of(std::string_view body) {
  return CommitRecord(room_for(body.size()).append(body));
}

LogPosition CommitRecord::seal(LogKey key, LogPosition after, std::uint64_t flushed) {
  LogPosition position;
  position.number = after.number + 1;
  put_little_endian(bytes_, 0, record_mark);
  put_little_endian(bytes_, 8, position.number);
  put_little_endian(bytes_, 16, flushed);
  put_little_endian(bytes_, 24, after.checksum);
  put_little_endian(bytes_, 32, body_bytes_);
  const std::string_view written = bytes_;
  position.checksum = checksum_of(key, written, written.substr(commit_header_bytes, body_bytes_));
  put_little_endian(bytes_, record_checksum_at, position.checksum);
  return position;
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
