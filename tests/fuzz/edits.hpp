#pragma once

#include <string>
#include <vector>

#include <duroxide/events.hpp>
#include <duroxide/work_items.hpp>

#include "fuzz/bytes.hpp"

namespace duroxide::fuzz {

// What a hand or a disk might do to what is stored, as bytes say it. It goes deeper than changing bytes
// of a record, most of which come to nothing that can be decoded.

/// Takes out, doubles, swaps, replaces and renames events.
void edit_history(std::vector<Event>& history, Bytes& bytes);

/// The same with messages; those that come in are for this execution.
void edit_messages(std::vector<WorkItem>& messages, Bytes& bytes, const std::string& instance,
                   std::uint64_t execution_id);

}  // namespace duroxide::fuzz
