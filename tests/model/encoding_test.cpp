#include "model/encoding.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "model/samples.hpp"

using namespace duroxide;
using namespace duroxide::model::test;

namespace {

std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(digits[byte >> 4U]);
    hex.push_back(digits[byte & 0xFU]);
  }
  return hex;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

/// name -> encoded record, of everything that is ever stored.
std::map<std::string, std::string> encoded_samples() {
  std::map<std::string, std::string> samples;
  for (const auto& [name, event] : sample_events()) {
    samples[name] = model::encode_events({event});
  }
  for (const auto& [name, item] : sample_work_items()) {
    samples[name] = model::encode_work_item(item);
  }
  samples["error"] = model::encode_error(full_error());
  return samples;
}

std::map<std::string, std::string> golden_records() {
  std::ifstream file(DUROXIDE_GOLDEN_FILE);
  std::map<std::string, std::string> records;
  std::string name;
  std::string hex;
  while (file >> name >> hex) {
    records[name] = from_hex(hex);
  }
  return records;
}

/// An error without what later releases have added.
ErrorDetails earlier_error() {
  ErrorDetails details = full_error();
  details.do_not_retry = false;
  details.data.reset();
  return details;
}

// Records in a layout of an earlier release, and what they are read as.

std::map<std::string, WorkItem> earlier_work_items() {
  const ParentLink parent{"parent", 2, 9};
  return {{"work.ActivityExecute.v1",
           work::ActivityExecute{"i", 3, 4, "Charge", "in", "Orders", "1.2.3", "gpu", "session-1"}},
          {"work.ActivityExecute.v2", work::ActivityExecute{"i", 3, 4, "Charge", "in", "Orders",
                                                            "1.2.3", "gpu", "session-1", 5}},
          {"work.ActivityFailed.v1", work::ActivityFailed{"i", 3, 4, earlier_error()}},
          {"work.CancelInstance.v1", work::CancelInstance{"i", "reason", parent}},
          {"work.StartOrchestration.v1",
           work::StartOrchestration{"i", "Orders", "in", "1.2.3", parent, {"red", "blue"}}},
          {"work.SubOrchFailed.v1", work::SubOrchFailed{"i", 3, 4, earlier_error()}}};
}

std::map<std::string, EventKind> earlier_events() {
  return {
      {"event.ActivityFailed.v1", event::ActivityFailed{earlier_error()}},
      {"event.ActivityScheduled.v1", event::ActivityScheduled{"Charge", "in", "gpu", "session-1"}},
      {"event.OrchestrationCancelRequested.v1", event::OrchestrationCancelRequested{"reason"}},
      {"event.OrchestrationFailed.v1", event::OrchestrationFailed{earlier_error()}},
      {"event.SubOrchestrationFailed.v1", event::SubOrchestrationFailed{earlier_error()}},
      {"event.SubOrchestrationScheduled.v1",
       event::SubOrchestrationScheduled{"Child", "1.0.0", "child-1", "in"}}};
}

}  // namespace

// Prints what the golden file would hold, for the day a layout gets a new version: the old lines
// then stay, under the name `….v1`, and must still decode.
TEST_CASE("print golden records", "[.print]") {
  for (const auto& [name, record] : encoded_samples()) {
    std::cout << name << " " << to_hex(record) << "\n";
  }
}

TEST_CASE("the stored form is the one that was released", "[records][upgrade]") {
  const auto golden = golden_records();
  const auto samples = encoded_samples();
  REQUIRE(golden.size() ==
          samples.size() + earlier_work_items().size() + earlier_events().size() + 1);
  for (const auto& [name, record] : samples) {
    INFO(name);
    REQUIRE(golden.count(name) == 1);
    CHECK(to_hex(golden.at(name)) == to_hex(record));
  }
}

TEST_CASE("released records decode to what they were made of", "[records][upgrade]") {
  const auto golden = golden_records();
  for (const auto& [name, event] : sample_events()) {
    INFO(name);
    CHECK(model::decode_events(golden.at(name)).value() == std::vector<Event>{event});
  }
  for (const auto& [name, item] : sample_work_items()) {
    INFO(name);
    CHECK(model::decode_work_item(golden.at(name)).value() == item);
  }
  for (const auto& [name, item] : earlier_work_items()) {
    INFO(name);
    CHECK(model::decode_work_item(golden.at(name)).value() == item);
  }
  for (const auto& [name, kind] : earlier_events()) {
    INFO(name);
    const auto events = model::decode_events(golden.at(name)).value();
    REQUIRE(events.size() == 1);
    CHECK(events.front().kind == kind);
  }
  CHECK(model::decode_error(golden.at("error")).value() == full_error());
  CHECK(model::decode_error(golden.at("error.v1")).value() == earlier_error());
}

TEST_CASE("every damaged byte and every shortened record is noticed", "[records][corruption]") {
  const std::string record = model::encode_work_item(sample_work_items()[1].second);
  for (std::size_t i = 0; i < record.size(); ++i) {
    std::string damaged = record;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    CHECK_FALSE(model::decode_work_item(damaged).has_value());
    CHECK_FALSE(model::decode_work_item(record.substr(0, i)).has_value());
  }
  CHECK_THAT(model::decode_work_item("").error().what, Catch::Contains("cut short"));
}

TEST_CASE("events are appended record by record", "[records]") {
  std::vector<Event> all;
  for (const auto& [name, event] : sample_events()) {
    REQUIRE(model::decode_events_into(model::encode_events({event}), all));
  }
  CHECK(all.size() == sample_events().size());
  CHECK_FALSE(model::decode_events_into("x", all).has_value());
}

TEST_CASE("payloads of any bytes survive", "[records][payloads]") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i));
  }
  for (const std::string& payload : {std::string(), bytes, std::string(3'000'000, 'x')}) {
    const WorkItem item = work::ActivityCompleted{"i", 1, 2, payload};
    CHECK((model::decode_work_item(model::encode_work_item(item)).value() == item));
  }
}
