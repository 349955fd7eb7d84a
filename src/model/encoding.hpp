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

namespace duroxide::model {

// Decoding errors are texts that say what was being read and why it cannot be: the bytes come from
// a disk, so none of these functions trusts them.

[[nodiscard]] std::string encode_events(const std::vector<Event>& events);
[[nodiscard]] Result<std::vector<Event>, std::string> decode_events(std::string_view bytes);
/// Decodes and appends, for a history that is kept in several records.
[[nodiscard]] Result<void, std::string> decode_events_into(std::string_view bytes,
                                                           std::vector<Event>& events);

[[nodiscard]] std::string encode_work_item(const WorkItem& item);
[[nodiscard]] Result<WorkItem, std::string> decode_work_item(std::string_view bytes);

[[nodiscard]] std::string encode_error(const ErrorDetails& details);
[[nodiscard]] Result<ErrorDetails, std::string> decode_error(std::string_view bytes);

}  // namespace duroxide::model
