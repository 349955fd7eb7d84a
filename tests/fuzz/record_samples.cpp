#include "fuzz/record_samples.hpp"

#include <algorithm>
#include <utility>

#include <duroxide/activity.hpp>

#include "engine/records.hpp"
#include "fuzz/documents.hpp"
#include "model/encoding.hpp"
#include "model/samples.hpp"
#include "model/shared_bytes.hpp"
#include "queries/page_cursor.hpp"
#include "storage/keys.hpp"
#include "storage/log/commit_body.hpp"

namespace duroxide::fuzz {

namespace {

using Kind = SampleKind;

const Timestamp time_1 = from_milliseconds(1'700'000'000'123);

void add_instances(std::vector<RecordSample>& samples) {
  storage::InstanceRecord record;
  samples.push_back({Kind::instance, "instance-new", storage::encode_instance(record)});
  record.id = "order-1";
  record.orchestration = "Orders";
  record.version = "1.2.3";
  record.created_at = record.updated_at = time_1;
  record.parent = ParentLink{"parent", 2, 9};
  record.start_due = time_1;
  record.tags = {"red", "blue"};
  record.incarnation = 5;
  record.start_version = "1.0.0";
  samples.push_back({Kind::instance, "instance-full", storage::encode_instance(record)});
  samples.push_back(
      {Kind::execution, "execution",
       storage::encode_execution({"1.0.0", ExecutionStatus::failed, time_1, time_1, 3})});
}

/// Events of which the second refers to the payload of the first.
std::string events_with_payload() {
  event::ActivityScheduled scheduled;
  scheduled.name = "Charge";
  scheduled.input = Payload(std::string(model::long_payload_bytes, 'p'));
  Event first;
  first.event_id = 2;
  first.kind = scheduled;
  Event second = first;
  second.event_id = 3;
  return std::string(model::encode_events_shared({first, second}).bytes());
}

void add_rows(std::vector<RecordSample>& samples) {
  samples.push_back({Kind::result, "result-completed", storage::encode_completed("out")});
  samples.push_back(
      {Kind::result, "result-failed", storage::encode_failed(model::test::full_error())});
  samples.push_back(
      {Kind::custom_status, "custom-status", storage::encode_custom_status({"half way", 3})});
  samples.push_back({Kind::custom_status, "custom-status-none",
                     storage::encode_custom_status({std::nullopt, 5})});
  samples.push_back({Kind::value, "value", storage::encode_value({"key", "value", time_1, 9})});
  work::ActivityExecute activity{"i", 3, 4, "Charge", "in", "Orders", "1.2.3"};
  samples.push_back({Kind::activity_row, "work", storage::encode_activity_row({77, 0, activity})});
  activity.tag = "gpu";
  activity.session = "session-1";
  samples.push_back(
      {Kind::activity_row, "work-in-lane", storage::encode_activity_row({77, 1, activity})});
  samples.push_back({Kind::progress, "progress", storage::encode_progress({"half", time_1})});
  samples.push_back(
      {Kind::quarantine, "quarantine", storage::encode_quarantine({"poison", time_1, "Act"})});
  storage::Changes changes;
  changes.at(2)["key"] = {"value", false};
  changes.at(5)["other"] = {std::nullopt, false};
  samples.push_back({Kind::journal, "journal", storage::encode_changes(changes)});
}

void add_texts(std::vector<RecordSample>& samples) {
  samples.push_back({Kind::key, "key", storage::WorkKey{1, 2, 3}.bytes()});
  samples.push_back({Kind::key, "key-timer", storage::TimerRow{time_1, 1, 2, 3}.bytes()});
  samples.push_back({Kind::token, "token", ActivityToken{"a/b", 3, 4, 5}.to_string()});
  samples.push_back({Kind::token, "token-old", ActivityToken{"order-1", 3, 4, 0}.to_string()});
  samples.push_back({Kind::time, "time", "2023-11-14T22:13:20.123Z"});
  samples.push_back({Kind::time, "base64", "AAEC/w=="});
  InstanceFilter filter;
  samples.push_back(
      {Kind::cursor, "cursor-created", storage::encode_cursor(filter, {7, time_1, "order-1"})});
  filter.order = InstanceOrder::id;
  samples.push_back(
      {Kind::cursor, "cursor-id", storage::encode_cursor(filter, {7, time_1, "order-1"})});
  samples.push_back({Kind::payload, "payload", R"({"a":[1,null,-3],"b":[]})"});
  samples.push_back({Kind::payload, "payload-text", R"(["a \u00e4\n", 1e300, true])"});
  for (const auto& [name, text] : documents()) {
    samples.push_back({Kind::document, "document-" + name, text});
  }
}

void add_commits(std::vector<RecordSample>& samples) {
  const Payload payload(std::string(model::long_payload_bytes, 'p'));
  storage::Changes changes;
  changes.at(2)["key"] = {"value", false};
  changes.at(5)["other"] = {std::nullopt, false};
  changes.at(5)["twice"] = {model::SharedBytes("ab", {{1, payload}, {2, payload}}), false};
  changes.at(7)["again"] = {model::SharedBytes("c", {{0, payload}}), false};
  const storage::CommitRecord record = storage::record_of(changes);
  samples.push_back({Kind::commit, "commit",
                     record.bytes().substr(storage::commit_header_bytes, record.body_bytes())});
}

}  // namespace

std::vector<RecordSample> record_samples() {
  std::vector<RecordSample> samples;
  std::vector<Event> history;
  for (const auto& [name, event] : model::test::sample_events()) {
    history.push_back(event);
    samples.push_back({Kind::events, name, model::encode_events({event})});
  }
  for (const auto& [name, item] : model::test::sample_work_items()) {
    samples.push_back({Kind::work_item, name, model::encode_work_item(item)});
  }
  history.resize(std::min<std::size_t>(history.size(), 8));
  samples.push_back({Kind::events, "events", model::encode_events(history)});
  samples.push_back({Kind::events, "events-with-payload", events_with_payload()});
  samples.push_back({Kind::error, "error", model::encode_error(model::test::full_error())});
  add_instances(samples);
  add_rows(samples);
  add_texts(samples);
  add_commits(samples);
  return samples;
}

std::size_t place_of_record(SampleKind kind, std::string_view bytes) {
  if (kind >= Kind::key) {
    return bytes.size();  // texts, keys and commits have none
  }
  if (kind == Kind::result) {
    return !bytes.empty() && bytes.size() > 1 && bytes[1] == 'f' ? 2 : bytes.size();
  }
  if (kind != Kind::activity_row) {
    return 0;
  }
  std::size_t place = 10;  // format, count, opening
  for (int texts = !bytes.empty() && bytes[0] == 2 ? 2 : 0; texts > 0; --texts) {
    const std::uint64_t size = storage::number_at(bytes, place);
    place += 8 + (size == 0 || size > bytes.size() ? 0 : size - 1);
  }
  return std::min(place, bytes.size());
}

}  // namespace duroxide::fuzz
