#include "engine/records.hpp"

#include <utility>

#include "model/archive.hpp"
#include "model/broken_value.hpp"
#include "model/encoding.hpp"
#include "model/serialization.hpp"
#include "storage/keys.hpp"

CEREAL_CLASS_VERSION(duroxide::storage::InstanceRecord, 2)

namespace duroxide::storage {

/// Version 1 has the incarnation and what the instance was started with, 2 by when it must have ended.
template <class Archive>
void serialize(Archive& archive, InstanceRecord& x, std::uint32_t const version) {
  refuse_later<Archive, InstanceRecord>(version);
  archive(x.updated_at, x.id, x.orchestration, x.version, x.execution, x.status, x.created_at,
          x.execution_started_at, x.event_count, x.start_opening, x.parent, x.parent_number,
          x.start_due, x.tags, x.cancelled);
  if (version >= 1) {
    archive(x.incarnation, x.start_digest, x.start_version);
  }
  if (version >= 2) {
    archive(x.deadline);
  }
}
DUROXIDE_LAYOUT(ExecutionRecord, x.version, x.status, x.started_at, x.ended_at, x.event_count)
DUROXIDE_LAYOUT(ProgressRecord, x.details, x.at)
DUROXIDE_LAYOUT(QuarantineRecord, x.reason, x.since, x.activity_name)
DUROXIDE_LAYOUT(CustomStatus, x.text, x.version)

/// A `StoredValue` without its key.
struct ValueRecord {
  Payload value;
  Timestamp updated_at;
  std::uint64_t version = 0;
};
DUROXIDE_LAYOUT(ValueRecord, x.value, x.updated_at, x.version)

namespace {

// The header of a worker row stands outside the record, so that the count can be set, and session and
// lane read, without touching the item. Only a row with a tag or a session has its lane in the header.
constexpr char work_format = 1;
constexpr char work_format_with_lane = 2;
constexpr std::size_t work_header_bytes = 10;  // format, first count, session

constexpr char result_format = 1;
constexpr std::size_t result_header_bytes = 2;  // format, kind

void append_text(std::string& bytes, const std::optional<std::string>& text) {
  append_number(bytes, text ? text->size() + 1 : 0);
  bytes += text.value_or("");
}

/// Takes a text from the front of `bytes`. False if it is cut off.
bool take_text(std::string_view& bytes, std::optional<std::string>& text) {
  if (bytes.size() < 8) {
    return false;
  }
  const auto size = number_at(bytes, 0);
  bytes.remove_prefix(8);
  if (size == 0) {
    return true;
  }
  if (size - 1 > bytes.size()) {
    return false;
  }
  text = bytes.substr(0, size - 1);
  bytes.remove_prefix(size - 1);
  return true;
}

struct WorkHeader {
  WorkLane lane;
  model::BytesView item;  ///< what comes after the header
};

std::optional<WorkHeader> read_work_header(model::BytesView bytes) {
  const std::string_view head = bytes.head();
  if (head.size() < work_header_bytes ||
      (head[0] != work_format && head[0] != work_format_with_lane)) {
    return std::nullopt;
  }
  WorkHeader header;
  std::string_view rest = head.substr(work_header_bytes);
  if (head[0] == work_format_with_lane &&
      (!take_text(rest, header.lane.tag) || !take_text(rest, header.lane.session))) {
    return std::nullopt;
  }
  header.item = bytes.behind(head.size() - rest.size());
  return header;
}

template <class Record>
Result<Record, model::Flaw> decode_with_status(std::string_view bytes) {
  auto record = model::decode<Record>(bytes);
  if (record && record->status > ExecutionStatus::cancelled) {
    return model::flaw("the record has an unknown status");
  }
  return record;
}

}  // namespace

std::string encode_instance(const InstanceRecord& record) {
  return model::encode(record);
}

Result<InstanceRecord, model::Flaw> decode_instance(std::string_view bytes) {
  return decode_with_status<InstanceRecord>(bytes);
}

std::optional<Timestamp> updated_at_of_instance(std::string_view bytes) {
  // It stands first, behind the archive's mark and the version of the layout.
  constexpr std::size_t place = model::record_header_bytes + 1 + sizeof(std::uint32_t);
  std::int64_t milliseconds = 0;
  if (bytes.size() < place + sizeof milliseconds) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < sizeof milliseconds; ++i) {
    milliseconds |= static_cast<std::int64_t>(static_cast<unsigned char>(bytes[place + i]))
                    << (8 * i);
  }
  return from_milliseconds(milliseconds);
}

std::string encode_execution(const ExecutionRecord& record) {
  return model::encode(record);
}

Result<ExecutionRecord, model::Flaw> decode_execution(std::string_view bytes) {
  return decode_with_status<ExecutionRecord>(bytes);
}

std::string encode_completed(std::string_view output) {
  std::string bytes{result_format, 'c'};
  bytes.append(output);
  return bytes;
}

model::SharedBytes encode_completed_shared(const Payload& output) {
  if (output.size() < model::long_payload_bytes) {
    return encode_completed(output);
  }
  return {std::string{result_format, 'c'}, {{result_header_bytes, output}}};
}

std::string encode_failed(const ErrorDetails& details) {
  return std::string{result_format, 'f'} + model::encode_error(details);
}

Result<OrchestrationStatus, model::Flaw> decode_result(model::BytesView bytes) {
  const std::string_view head = bytes.head();
  if (const auto problem = model::broken_value_problem(head)) {
    return model::flaw(std::string(*problem));
  }
  if (head.size() < result_header_bytes || head[0] != result_format) {
    return model::flaw("the record is not the result of an execution");
  }
  const auto rest = bytes.behind(result_header_bytes);
  if (head[1] == 'c') {
    OrchestrationStatus::Completed completed;
    completed.output.reserve(rest.size());
    rest.each_piece([&](std::string_view piece) { completed.output.append(piece); });
    return OrchestrationStatus(std::move(completed));
  }
  if (head[1] != 'f') {
    return model::flaw("the result is of an unknown kind");
  }
  auto details = model::decode_error(rest.bytes());
  if (!details) {
    return failure(std::move(details).error());
  }
  return OrchestrationStatus(OrchestrationStatus::Failed{std::move(*details)});
}

std::string encode_custom_status(const CustomStatus& status) {
  return model::encode(status);
}

Result<CustomStatus, model::Flaw> decode_custom_status(std::string_view bytes) {
  return model::decode<CustomStatus>(bytes);
}

std::string encode_value(const StoredValue& value) {
  return model::encode(ValueRecord{value.value, value.updated_at, value.version});
}

Result<StoredValue, model::Flaw> decode_value(std::string key, std::string_view bytes) {
  auto record = model::decode<ValueRecord>(bytes);
  if (!record) {
    return failure(std::move(record).error());
  }
  return StoredValue{std::move(key), std::move(record->value), record->updated_at, record->version};
}

std::string encode_activity_row(const ActivityRow& row) {
  return std::string(encode_activity_row_shared(row).bytes());
}

model::SharedBytes encode_activity_row_shared(const ActivityRow& row) {
  const bool plain = !row.item.tag && !row.item.session;
  std::string bytes{plain ? work_format : work_format_with_lane,
                    static_cast<char>(row.first_count)};
  append_number(bytes, row.opening);
  if (!plain) {
    append_text(bytes, row.item.tag);
    append_text(bytes, row.item.session);
  }
  return model::encode_work_item_shared(row.item, bytes);
}

std::uint64_t opening_of_activity_row(model::BytesView bytes) {
  return number_at(bytes.head(), 2);
}

LaneRef lane_of_activity_row(model::BytesView bytes) {
  if (bytes.head().empty() || bytes.head().front() != work_format_with_lane) {
    return nullptr;
  }
  const auto header = read_work_header(bytes);
  return header ? make_lane(header->lane.tag, header->lane.session) : nullptr;
}

void count_first_delivery(std::string& bytes) {
  if (bytes.size() >= work_header_bytes) {
    bytes[1] = 1;
  }
}

Result<ActivityRow, model::Flaw> decode_activity_row(model::BytesView bytes) {
  if (const auto problem = model::broken_value_problem(bytes.head())) {
    return model::flaw(std::string(*problem));
  }
  const auto header = read_work_header(bytes);
  if (!header) {
    return model::flaw("the record is not a row of the worker queue");
  }
  auto item = model::decode_work_item(header->item);
  if (!item) {
    return failure(std::move(item).error());
  }
  auto* activity = std::get_if<work::ActivityExecute>(&*item);
  if (activity == nullptr) {
    return model::flaw("the row of the worker queue holds another kind of item");
  }
  if (header->lane != WorkLane{activity->tag, activity->session}) {
    return model::flaw("the row of the worker queue waits in the wrong lane");
  }
  return ActivityRow{number_at(bytes.head(), 2), static_cast<std::uint8_t>(bytes.head()[1]),
                     std::move(*activity)};
}

std::string encode_progress(const ProgressRecord& record) {
  return model::encode(record);
}

Result<ProgressRecord, model::Flaw> decode_progress(std::string_view bytes) {
  return model::decode<ProgressRecord>(bytes);
}

std::string encode_quarantine(const QuarantineRecord& record) {
  return model::encode(record);
}

Result<QuarantineRecord, model::Flaw> decode_quarantine(std::string_view bytes) {
  return model::decode<QuarantineRecord>(bytes);
}

}  // namespace duroxide::storage
