#include "provider/core/records.hpp"

#include <utility>

#include "model/archive.hpp"
#include "model/encoding.hpp"
#include "model/serialization.hpp"
#include "provider/core/keys.hpp"

namespace duroxide::storage {

DUROXIDE_LAYOUT(InstanceRecord, x.id, x.orchestration, x.version, x.execution, x.status,
                x.created_at, x.updated_at, x.execution_started_at, x.event_count, x.start_session,
                x.parent, x.parent_number, x.start_due)
DUROXIDE_LAYOUT(ExecutionRecord, x.version, x.status, x.started_at, x.ended_at, x.event_count)

namespace {

// The header of a worker row stands outside the record, so that the count can be set and the
// session read without touching the item.
constexpr char work_format = 1;
constexpr std::size_t work_header_bytes = 10;  // format, first count, session

constexpr char result_format = 1;
constexpr std::size_t result_header_bytes = 2;  // format, kind

template <class Record>
Result<Record, std::string> decode_with_status(std::string_view bytes) {
  auto record = model::decode<Record>(bytes);
  if (record && record->status > ExecutionStatus::continued_as_new) {
    return failure(std::string("the record has an unknown status"));
  }
  return record;
}

}  // namespace

std::string encode_instance(const InstanceRecord& record) {
  return model::encode(record);
}

Result<InstanceRecord, std::string> decode_instance(std::string_view bytes) {
  return decode_with_status<InstanceRecord>(bytes);
}

std::string encode_execution(const ExecutionRecord& record) {
  return model::encode(record);
}

Result<ExecutionRecord, std::string> decode_execution(std::string_view bytes) {
  return decode_with_status<ExecutionRecord>(bytes);
}

std::string encode_completed(std::string_view output) {
  std::string bytes{result_format, 'c'};
  bytes.append(output);
  return bytes;
}

std::string encode_failed(const ErrorDetails& details) {
  return std::string{result_format, 'f'} + model::encode_error(details);
}

Result<OrchestrationStatus, std::string> decode_result(std::string_view bytes) {
  if (bytes.size() < result_header_bytes || bytes[0] != result_format) {
    return failure(std::string("the record is not the result of an execution"));
  }
  const auto rest = bytes.substr(result_header_bytes);
  if (bytes[1] == 'c') {
    return OrchestrationStatus(OrchestrationStatus::Completed{std::string(rest)});
  }
  if (bytes[1] != 'f') {
    return failure(std::string("the result is of an unknown kind"));
  }
  auto details = model::decode_error(rest);
  if (!details) {
    return failure(std::move(details).error());
  }
  return OrchestrationStatus(OrchestrationStatus::Failed{std::move(*details)});
}

std::string encode_work_row(const WorkRow& row) {
  std::string bytes{work_format, static_cast<char>(row.first_count)};
  append_number(bytes, row.session);
  bytes += model::encode_work_item(row.item);
  return bytes;
}

std::uint64_t session_of_work_row(std::string_view bytes) {
  return number_at(bytes, 2);
}

void count_first_delivery(std::string& bytes) {
  if (bytes.size() >= work_header_bytes) {
    bytes[1] = 1;
  }
}

Result<WorkRow, std::string> decode_work_row(std::string_view bytes) {
  if (bytes.size() < work_header_bytes || bytes[0] != work_format) {
    return failure(std::string("the record is not a row of the worker queue"));
  }
  auto item = model::decode_work_item(bytes.substr(work_header_bytes));
  if (!item) {
    return failure(std::move(item).error());
  }
  auto* activity = std::get_if<work::ActivityExecute>(&*item);
  if (activity == nullptr) {
    return failure(std::string("the row of the worker queue holds another kind of item"));
  }
  return WorkRow{number_at(bytes, 2), static_cast<std::uint8_t>(bytes[1]), std::move(*activity)};
}

}  // namespace duroxide::storage
