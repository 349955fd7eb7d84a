#pragma once

// The persistent form of the model: cereal's portable binary archive, little endian, with a version
// number in front of every structure, so that a field can be added later and a store written today
// still opens. tests/model/golden pins the bytes.

#include <string>
#include <string_view>
#include <vector>

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/result.hpp>
#include <duroxide/work_items.hpp>

#include "model/flaw.hpp"

namespace duroxide::model {

// The bytes come from a disk, so no decoder trusts them. The flaw says what was being read and why it
// cannot be.

[[nodiscard]] std::string encode_events(const std::vector<Event>& events);
[[nodiscard]] Result<std::vector<Event>, Flaw> decode_events(std::string_view bytes);
/// Decodes and appends, for a history that is kept in several records.
[[nodiscard]] Result<void, Flaw> decode_events_into(std::string_view bytes,
                                                    std::vector<Event>& events);

[[nodiscard]] std::string encode_work_item(const WorkItem& item);
/// With these bytes in front of the record.
[[nodiscard]] std::string encode_behind(std::string_view bytes, const WorkItem& item);
[[nodiscard]] Result<WorkItem, Flaw> decode_work_item(std::string_view bytes);

[[nodiscard]] std::string encode_error(const ErrorDetails& details);
[[nodiscard]] Result<ErrorDetails, Flaw> decode_error(std::string_view bytes);

}  // namespace duroxide::model
