// Keys and records.

#include <catch2/catch.hpp>

#include "engine/records.hpp"
#include "model/archive.hpp"
#include "storage/keys.hpp"

namespace duroxide::records_test {

using namespace duroxide::storage;

TEST_CASE("keys sort as their numbers do", "[records]") {
  const std::uint64_t big = std::uint64_t{1} << 40;
  CHECK(make_key(std::uint64_t{1}, big) < make_key(std::uint64_t{2}, std::uint64_t{0}));
  CHECK(make_key(std::uint64_t{255}) < make_key(std::uint64_t{256}));
  CHECK(number_at(make_key(big, std::uint64_t{7}), 8) == 7);
  CHECK(number_at("short", 0) == 0);
  CHECK(hex(std::string("\x00\xff", 2)) == "00ff");
}

TEST_CASE("a key to look a row up is that of the row", "[records]") {
  CHECK(std::string_view(LookupKey(std::uint64_t{1})) == make_key(std::uint64_t{1}));
  CHECK(std::string_view(LookupKey(~std::uint64_t{0}, std::uint64_t{0x0102030405060708},
                                   std::uint64_t{3}, std::uint64_t{4})) ==
        make_key(~std::uint64_t{0}, std::uint64_t{0x0102030405060708}, std::uint64_t{3},
                 std::uint64_t{4}));
  const WorkKey work{7, 8, 9};
  CHECK(std::string_view(work.lookup()) == work.bytes());
}

TEST_CASE("times sort, before 1970 too", "[records]") {
  const auto times = {Timestamp::min(), from_milliseconds(-5), from_milliseconds(0),
                      from_milliseconds(1'700'000'000'000), Timestamp::max()};
  std::uint64_t last = 0;
  for (const auto time : times) {
    CHECK(from_sortable(sortable(time)) == time);
    CHECK(sortable(time) >= last);
    last = sortable(time);
  }
}

TEST_CASE("row keys are read back", "[records]") {
  const WorkKey work{3, 1, 9};
  CHECK(WorkKey::parse(work.bytes()) == work);
  CHECK_FALSE(WorkKey::parse("x"));
  const TimerRow timer{from_milliseconds(-7), 3, 1, 9};
  CHECK(TimerRow::parse(timer.bytes()) == timer);
  CHECK_FALSE(TimerRow::parse(work.bytes()));
}

TEST_CASE("an instance record is read back", "[records]") {
  InstanceRecord record;
  record.id = "order-1";
  record.orchestration = "Order";
  record.version = "1.2.3";
  record.execution = 4;
  record.status = ExecutionStatus::failed;
  record.created_at = from_milliseconds(1);
  record.updated_at = from_milliseconds(2);
  record.execution_started_at = from_milliseconds(3);
  record.event_count = 17;
  record.start_opening = 2;
  record.parent = ParentLink{"p", 1, 2};
  record.parent_number = 5;
  record.start_due = from_milliseconds(9);
  record.tags = {"red", "blue"};
  record.cancelled = true;
  record.incarnation = 0x0123456789ABCDEF;
  record.start_digest = 0x1234567890;
  record.start_version = "1.0.0";
  const auto bytes = encode_instance(record);
  CHECK(decode_instance(bytes).value() == record);
  CHECK(decode_instance(encode_instance({})).value() == InstanceRecord{});
  CHECK(updated_at_of_instance(bytes) == record.updated_at);
  CHECK_FALSE(updated_at_of_instance(bytes.substr(0, 20)));

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(decode_instance(std::string_view(bytes).substr(0, size)));
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    CHECK_FALSE(decode_instance(damaged));
  }
}

TEST_CASE("an instance record of an earlier layout is read", "[records]") {
  InstanceRecord record;
  record.id = "order-1";
  record.tags = {"red", "blue"};
  record.cancelled = true;
  // What later layouts have stands last, and the version of the layout behind the archive's mark.
  constexpr std::size_t no_deadline = 1;
  std::string bytes = encode_instance(record);
  REQUIRE(bytes.at(model::record_header_bytes + 1) == 2);
  SECTION("without a time by which it must have ended") {
    bytes.resize(bytes.size() - no_deadline);
    bytes.at(model::record_header_bytes + 1) = 1;
  }
  SECTION("without an incarnation and what it was started with, a number and a text") {
    bytes.resize(bytes.size() - no_deadline - sizeof record.incarnation -
                 sizeof record.start_digest - sizeof(std::uint64_t));
    bytes.at(model::record_header_bytes + 1) = 0;
  }
  model::seal_record(bytes);
  CHECK(decode_instance(bytes).value() == record);
}

TEST_CASE("an execution record is read back", "[records]") {
  const ExecutionRecord record{"1.0.0", ExecutionStatus::continued_as_new, from_milliseconds(1),
                               from_milliseconds(2), 3};
  CHECK(decode_execution(encode_execution(record)).value() == record);
  CHECK_FALSE(decode_execution("nonsense"));
}

TEST_CASE("results are read back", "[records]") {
  CHECK(decode_result(encode_completed("out")).value() ==
        OrchestrationStatus(OrchestrationStatus::Completed{"out"}));
  CHECK(decode_result(encode_completed("")).value().is_completed());
  const auto details = application_error(ErrorKind::cancelled, "stop");
  CHECK(decode_result(encode_failed(details)).value() ==
        OrchestrationStatus(OrchestrationStatus::Failed{details}));
}

TEST_CASE("what an instance lets others see is read back", "[records]") {
  const StoredValue value{"key", "value", from_milliseconds(7), 9};
  const auto value_bytes = encode_value(value);
  CHECK(decode_value("key", value_bytes).value() == value);
  CHECK(decode_value("", encode_value({})).value() == StoredValue{});
  for (const auto& status : {CustomStatus{"half way", 3}, CustomStatus{"", 4},
                             CustomStatus{std::nullopt, 5}, CustomStatus{}}) {
    CHECK(decode_custom_status(encode_custom_status(status)).value() == status);
  }
  const auto status_bytes = encode_custom_status({"half way", 3});
  const auto damaged = [](std::string bytes, std::size_t i) {
    bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
    return bytes;
  };
  for (std::size_t i = 0; i < value_bytes.size(); ++i) {
    CHECK_FALSE(decode_value("key", std::string_view(value_bytes).substr(0, i)));
    CHECK_FALSE(decode_value("key", damaged(value_bytes, i)));
  }
  for (std::size_t i = 0; i < status_bytes.size(); ++i) {
    CHECK_FALSE(decode_custom_status(std::string_view(status_bytes).substr(0, i)));
    CHECK_FALSE(decode_custom_status(damaged(status_bytes, i)));
  }
}

TEST_CASE("a worker row carries its count and opening", "[records]") {
  const work::ActivityExecute item{"a", 1, 2, "Act", "in", "Test", "1.0.0"};
  auto bytes = encode_activity_row(ActivityRow{77, 0, item});
  CHECK(opening_of_activity_row(bytes) == 77);
  count_first_delivery(bytes);
  const auto row = decode_activity_row(bytes).value();
  CHECK(row.opening == 77);
  CHECK(row.first_count == 1);
  CHECK(row.item == item);
  CHECK_FALSE(decode_activity_row("short"));
  CHECK_FALSE(decode_activity_row(std::string(20, '\x01')));
}

TEST_CASE("a worker row carries its lane", "[records]") {
  work::ActivityExecute item{"a", 1, 2, "Act", "in", "Test", "1.0.0"};
  CHECK(lane_of_activity_row(encode_activity_row(ActivityRow{77, 0, item})) == nullptr);
  item.tag = GENERATE(as<std::optional<std::string>>{}, std::nullopt, "", "gpu");
  item.session = "s-1";
  auto bytes = encode_activity_row(ActivityRow{77, 0, item});
  const auto lane = lane_of_activity_row(bytes);
  REQUIRE(lane);
  CHECK(lane->tag == item.tag);
  CHECK(lane->session == item.session);
  CHECK(opening_of_activity_row(bytes) == 77);
  count_first_delivery(bytes);
  CHECK(decode_activity_row(bytes).value().first_count == 1);
  CHECK(decode_activity_row(bytes).value().item == item);

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    (void)lane_of_activity_row(std::string_view(bytes).substr(0, size));
    CHECK_FALSE(decode_activity_row(std::string_view(bytes).substr(0, size)));
  }
  // Everything but count and session is checked.
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 0 || i >= 10) {
      auto damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
      CHECK_FALSE(decode_activity_row(damaged));
    }
  }
}

TEST_CASE("progress and quarantine records are read back", "[records]") {
  const ProgressRecord progress{"half", from_milliseconds(5)};
  CHECK(decode_progress(encode_progress(progress)).value() == progress);
  const QuarantineRecord quarantine{"poison", from_milliseconds(-6), "Act"};
  const auto bytes = encode_quarantine(quarantine);
  CHECK(decode_quarantine(bytes).value() == quarantine);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(decode_quarantine(std::string_view(bytes).substr(0, size)));
  }
  CHECK_FALSE(decode_progress(""));
  CHECK_FALSE(decode_progress("nonsense"));
  CHECK_FALSE(decode_progress(bytes.substr(0, bytes.size() - 1)));
}

}  // namespace duroxide::records_test
