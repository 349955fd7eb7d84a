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
#include "model/shared_bytes.hpp"

namespace duroxide::model {

// The bytes come from a disk, so no decoder trusts them. The flaw says what was being read and why it
// cannot be.

// What is `shared` has the long payloads of what was encoded, and no copies; read as such, it gives them
// back.

[[nodiscard]] std::string encode_events(const std::vector<Event>& events);
[[nodiscard]] SharedBytes encode_events_shared(const std::vector<Event>& events);
[[nodiscard]] Result<std::vector<Event>, Flaw> decode_events(BytesView bytes);
/// Decodes and appends, for a history that is kept in several records.
[[nodiscard]] Result<void, Flaw> decode_events_into(BytesView bytes, std::vector<Event>& events);

[[nodiscard]] std::string encode_work_item(const WorkItem& item);
/// `in_front`: bytes to stand in front of the record.
[[nodiscard]] SharedBytes encode_work_item_shared(const WorkItem& item,
                                                  std::string_view in_front = {});
[[nodiscard]] Result<WorkItem, Flaw> decode_work_item(BytesView bytes);

[[nodiscard]] std::string encode_error(const ErrorDetails& details);
[[nodiscard]] Result<ErrorDetails, Flaw> decode_error(std::string_view bytes);

}  // namespace duroxide::model
