#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace duroxide::fuzz {

/// What is read back from bytes or text.
enum class SampleKind : std::uint8_t {
  events,
  work_item,
  error,
  instance,
  execution,
  result,
  custom_status,
  value,
  activity_row,
  progress,
  quarantine,
  journal,
  key,
  cursor,
  token,
  time,
  document,
  payload,
  commit,
};

struct RecordSample {
  SampleKind kind;
  std::string name;
  std::string bytes;
};

/// A few of each kind, as the engine writes them.
[[nodiscard]] std::vector<RecordSample> record_samples();

/// Where in the bytes the record with the checksum begins; their end if there is none, as in the body of a
/// commit with payloads.
[[nodiscard]] std::size_t place_of_record(SampleKind kind, std::string_view bytes);

}  // namespace duroxide::fuzz
