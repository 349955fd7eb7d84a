#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <duroxide/headers.hpp>
#include <duroxide/result.hpp>

#include "model/flaw.hpp"

namespace duroxide::model {

// Headers as they lie in records: a count, and of each its name and its value, all with 64 bits of length in
// front. All messages and activities of an instance bring the same ones along. So each thread remembers some of
// those that it has read or written last, at most 256 of either and none of more than 1 KiB, of instances that may have
// ended.

/// Headers, and how many bytes of a record they were.
struct ReadHeaders {
  Headers headers;
  std::size_t bytes = 0;
};

/// Reads headers from where they begin in a record. Those that the thread remembers are shared: nothing is
/// decoded or checked then, and no memory is taken.
///
/// Errors: these are no headers; they exceed a limit, or are not in the order of their names.
[[nodiscard]] Result<ReadHeaders, Flaw> read_headers(std::string_view record);

/// A digest of the address of their entries. Copies have the same.
[[nodiscard]] std::uint64_t digest_of_place(const Headers& headers);

/// As they are written. It is there until this thread asks again.
[[nodiscard]] std::string_view encoded_headers(const Headers& headers);

}  // namespace duroxide::model
