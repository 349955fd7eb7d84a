#pragma once

#include <vector>

#include <duroxide/headers.hpp>
#include <duroxide/result.hpp>

#include "model/flaw.hpp"

namespace duroxide::model {

/// Headers as they were read from a record. All messages and activities of an instance bring the same ones
/// along, so each thread remembers some of those that it has made last, and shares them: then nothing is
/// checked and no memory is taken. What it remembers is at most 64 headers, of instances that may have ended.
///
/// Errors: they exceed a limit, or are not in the order of their names.
[[nodiscard]] Result<Headers, Flaw> headers_of_entries(const std::vector<Headers::Entry>& entries);

/// Room for entries that are being read, of this thread, so that texts are read into memory that is there.
/// There is one: what it holds is used up before the next headers are read.
[[nodiscard]] std::vector<Headers::Entry>& room_for_entries();

}  // namespace duroxide::model
