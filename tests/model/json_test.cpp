// Exported instances as JSON.

#include <duroxide/instance_export.hpp>

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

#include "model/json_io.hpp"
#include "model/samples.hpp"

using namespace duroxide;
using namespace duroxide::model::test;
using Catch::Contains;

namespace {

/// Every event and every message, and everything else set.
InstanceExport sample_export() {
  const auto time = from_milliseconds(1'700'000'000'123);
  InstanceExport exported;
  exported.instance_id = "order-7";
  exported.orchestration_name = "Orders";
  exported.created_at = time;
  exported.updated_at = time + Milliseconds(77);
  exported.tags = {"eu", "vip"};
  exported.parent = ParentLink{"parent", 2, 9};
  exported.custom_status = "half way";
  exported.custom_status_version = 3;
  exported.values = {{"key", "value", time, 5}};
  exported.start_due = time + Milliseconds(1000);
  ExportedExecution ended{
      1, "1.2.3", ExecutionStatus::continued_as_new, time, time + Milliseconds(5), {}};
  for (const auto& [name, event] : sample_events()) {
    ended.events.push_back(event);
  }
  exported.executions = {ended, {2, "2.0.0", ExecutionStatus::running, time, std::nullopt, {}}};
  for (const auto& [name, item] : sample_work_items()) {
    exported.messages.push_back(item);
  }
  return exported;
}

std::string golden_text() {
  std::ifstream file(DUROXIDE_GOLDEN_JSON);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Gives each member a random value.
class Filler {
 public:
  template <class T>
  using Of = T;

  explicit Filler(unsigned seed) : random_(seed) {}

  template <class T>
  void needed(const char*, T& value) {
    fill(value);
  }
  template <class T>
  void usual(const char*, T& value) {
    fill(value);
  }
  template <class Variant>
  void kind(Variant& variant) {
    variant = pick<Variant>(std::make_index_sequence<std::variant_size_v<Variant>>());
    std::visit([this](auto& alternative) { fields(*this, alternative); }, variant);
  }

  void fill(std::string& text) {
    text.clear();
    for (auto length = below(6); length > 0; --length) {
      text.push_back(static_cast<char>(below(256)));
    }
    if (below(2) == 0) {
      text = "ä\n\"\\" + std::string(1, '\0') + std::to_string(below(100));
    }
  }
  void fill(Timestamp& time) {
    const auto bits = static_cast<std::int64_t>(random_());
    time = from_milliseconds(below(2) == 0 ? bits : bits % 300'000'000'000'000);
  }
  void fill(Payload& payload) {
    std::string text;
    fill(text);
    payload = std::move(text);
  }
  void fill(Headers& headers) {
    headers = {};
    for (auto count = below(3); count > 0; --count) {
      headers.set("name-" + std::to_string(below(100)), "ä\n" + std::to_string(below(100)));
    }
  }
  void fill(bool& flag) { flag = below(2) == 0; }
  void fill(std::uint64_t& number) { number = below(2) == 0 ? below(3) : random_(); }
  void fill(std::uint32_t& number) { number = static_cast<std::uint32_t>(random_()); }
  void fill(ErrorCategory& value) { value = static_cast<ErrorCategory>(below(4)); }
  void fill(ErrorKind& value) { value = static_cast<ErrorKind>(below(16)); }
  void fill(ErrorOrigin::Kind& value) { value = static_cast<ErrorOrigin::Kind>(below(2)); }
  void fill(ExecutionStatus& value) { value = static_cast<ExecutionStatus>(below(4)); }
  void fill(WorkItem& item) { kind(item); }
  template <class T>
  void fill(std::optional<T>& value) {
    value.reset();
    if (below(2) == 0) {
      fill(value.emplace());
    }
  }
  template <class T>
  void fill(std::vector<T>& values) {
    values.resize(below(4));
    for (T& value : values) {
      fill(value);
    }
  }
  template <class T>
  requires std::is_class_v<T>
  void fill(T& structure) { fields(*this, structure); }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  template <class Variant, std::size_t... i>
  Variant pick(std::index_sequence<i...>) {
    const std::array<Variant, sizeof...(i)> fresh = {Variant(std::in_place_index<i>)...};
    return fresh.at(below(fresh.size()));
  }

  std::mt19937_64 random_;
};

std::string error_of(const std::string& json) {
  const auto read = instance_from_json(json);
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ClientError::Kind::invalid_input);
  return read.error().message;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

}  // namespace

// Prints what the golden file would hold, for the day the format gets a new number: the old file
// then stays, under the name of its format, and must still be read.
TEST_CASE("print the golden document", "[.print]") {
  std::cout << to_json(sample_export());
}

TEST_CASE("a document of a release without incarnations is read", "[json][upgrade]") {
  std::string text = golden_text();
  const std::string incarnation = ",\n      \"incarnation\": 5";
  const auto at = text.find(incarnation);
  REQUIRE(at != std::string::npos);
  InstanceExport expected = sample_export();
  for (WorkItem& message : expected.messages) {
    if (auto* activity = std::get_if<work::ActivityExecute>(&message)) {
      activity->incarnation = 0;
    }
  }
  CHECK(instance_from_json(text.erase(at, incarnation.size())).value() == expected);
}

TEST_CASE("the document is the one that was released", "[json][upgrade]") {
  CHECK(to_json(sample_export()) == golden_text());
  CHECK(instance_from_json(golden_text()).value() == sample_export());
}

TEST_CASE("every event and message survives alone", "[json]") {
  for (const auto& [name, event] : sample_events()) {
    INFO(name);
    InstanceExport exported;
    exported.executions.resize(1);
    exported.executions[0].events = {event};
    CHECK(instance_from_json(to_json(exported)).value() == exported);
    const auto json = model::to_json_value(event);
    CHECK(json["type"] == event_type(event.kind));
    CHECK(json["event_id"] == event.event_id);
    CHECK(json["timestamp"] == "2023-11-14T22:13:20.123Z");
  }
  for (const auto& [name, item] : sample_work_items()) {
    INFO(name);
    InstanceExport exported;
    exported.messages = {item};
    CHECK(instance_from_json(to_json(exported)).value() == exported);
    CHECK(name == "work." + std::string(model::to_json_value(item)["type"]));
  }
  CHECK(model::to_json_value(full_error())["kind"] == "nondeterministic");
}

TEST_CASE("any instance survives", "[json]") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    InstanceExport exported;
    Filler(seed).fill(exported);
    const auto read = instance_from_json(to_json(exported));
    if (!read) {
      FAIL(read.error().message);
    }
    REQUIRE(*read == exported);
  }
}

TEST_CASE("a text that is not UTF-8 is written as base64", "[json]") {
  CHECK(model::text_to_json("plain") == "plain");
  CHECK(model::text_to_json("\xff") == model::Json{{"base64", "/w=="}});
  CHECK(model::text_to_json("\xff\xfe") == model::Json{{"base64", "//4="}});
  CHECK(model::text_to_json("\xff\xfe\x01") == model::Json{{"base64", "//4B"}});
  for (const char* bad : {"/w=", "/w", "====", "/x==", "/w==/w==", "a b=", "=w==", "\xff+=="}) {
    INFO(bad);
    CHECK_FALSE(model::from_base64(bad));
  }
  CHECK(model::from_base64("") == "");
}

TEST_CASE("a time is a text from 1970 to 9999, and else a number", "[json]") {
  using model::time_to_json;
  CHECK(time_to_json(from_milliseconds(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(time_to_json(from_milliseconds(951'782'400'007)) == "2000-02-29T00:00:00.007Z");
  CHECK(time_to_json(from_milliseconds(253'402'300'799'999)) == "9999-12-31T23:59:59.999Z");
  CHECK(time_to_json(from_milliseconds(253'402'300'800'000)) == 253'402'300'800'000);
  CHECK(time_to_json(from_milliseconds(-1)) == -1);
  CHECK(time_to_json(Timestamp::min()) == std::numeric_limits<std::int64_t>::min());
  CHECK(model::from_iso("2000-02-29T00:00:00.007Z") == from_milliseconds(951'782'400'007));
  for (const char* bad :
       {"", "2001-02-29T00:00:00.000Z", "2000-13-01T00:00:00.000Z", "2000-01-01T24:00:00.000Z",
        "2000-01-01T00:60:00.000Z", "2000-01-01T00:00:60.000Z", "2000-01-01 00:00:00.000Z",
        "2000-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "2000-01-01T00:00:00.00xZ"}) {
    INFO(bad);
    CHECK_FALSE(model::from_iso(bad));
  }
}

TEST_CASE("a bad document is refused with the place", "[json]") {
  const std::string good = golden_text();
  CHECK_THAT(error_of(""), Contains("not JSON, line 1, column 1"));
  CHECK_THAT(error_of("{\n  \"format\": x"), Contains("not JSON, line 2, column 13"));
  CHECK_THAT(error_of(good + "x"), Contains("not JSON"));
  CHECK_THAT(error_of("{\"format\": 1, \"a\": \"\xff\"}"), Contains("not JSON"));
  CHECK_THAT(error_of("[]"), Contains("at the top: an object"));
  CHECK_THAT(error_of("{}"), Contains("`format`"));
  CHECK_THAT(error_of("{\"format\": 0}"), Contains("/format"));
  CHECK_THAT(error_of("{\"format\": \"1\"}"), Contains("at /format: a number"));
  CHECK_THAT(error_of("{\"format\": 1}"), Contains("the member `instance_id` is missing"));

  CHECK_THAT(error_of(replaced(good, "\"event_id\": 2,", "\"event_id\": \"2\",")),
             Contains("at /executions/0/events/1/event_id: a number"));
  CHECK_THAT(error_of(replaced(good, "\"event_id\": 2,", "\"event_id\": -2,")),
             Contains("at /executions/0/events/1/event_id: a number"));
  CHECK_THAT(error_of(replaced(good, "\"event_id\": 2,", "\"event_id\": 2.0,")),
             Contains("at /executions/0/events/1/event_id: a number"));
  CHECK_THAT(error_of(replaced(good, "\"event_id\": 2,", "\"event_id\": 1e400,")),
             Contains("no exported instance"));
  CHECK_THAT(error_of(replaced(good, "\"attempts\": 11", "\"attempts\": 4294967296")),
             Contains("/details/attempts: a number from 0 to 4294967295"));
  CHECK_THAT(error_of(replaced(good, "\"TimerFired\"", "\"TimerBurnt\"")),
             Contains("/type: no type is called `TimerBurnt`"));
  CHECK_THAT(error_of(replaced(good, "\"Running\"", "\"Walking\"")),
             Contains("at /executions/1/status: `Walking`"));
  CHECK_THAT(error_of(replaced(good, "\"retryable\": true", "\"retryable\": 1")),
             Contains("/retryable: true or false"));
  CHECK_THAT(error_of(replaced(good, "\"2023-11-14T22:13:20.123Z\"", "\"yesterday\"")),
             Contains("at /created_at: a time"));
  CHECK_THAT(error_of(replaced(good, "\"2023-11-14T22:13:20.123Z\"", "18446744073709551615")),
             Contains("at /created_at: a time"));
  CHECK_THAT(error_of(replaced(good, "\"order-7\"", "{\"base64\": \"x\"}")),
             Contains("at /instance_id/base64: this is no base64"));
  CHECK_THAT(error_of(replaced(good, "\"order-7\"", "7")), Contains("at /instance_id: a string"));
  CHECK_THAT(error_of(replaced(good, "\"order-7\"", "{}")), Contains("at /instance_id: a string"));
  CHECK_THAT(error_of(replaced(good, "\"order-7\"", "{\"base64\": 7}")),
             Contains("at /instance_id: a string is expected"));
  CHECK_THAT(error_of(replaced(good, "\"order-7\"", "{\"base64\": \"\", \"more\": 1}")),
             Contains("at /instance_id: a string is expected"));
  CHECK_THAT(error_of(replaced(good, "\"Running\"", "7")),
             Contains("at /executions/1/status: a string is expected"));
  CHECK_THAT(error_of("{\"format\": 1, \"instance_id\": \"\", \"orchestration_name\": \"\", "
                      "\"created_at\": 0, \"updated_at\": 0, \"executions\": [7]}"),
             Contains("at /executions/0: an object is expected"));
  CHECK_THAT(error_of(replaced(good, "\"instance_id\"", "\"extra\": 1, \"instance_id\"")),
             Contains("at the top: nothing is known of a member `extra`"));
  CHECK_THAT(error_of("{\"format\": 1, \"instance_id\": \"\", \"orchestration_name\": \"\", "
                      "\"created_at\": 0, \"updated_at\": 0, \"executions\": {}}"),
             Contains("at /executions: an array"));
}

TEST_CASE("a document of a later format is refused as such", "[json]") {
  CHECK_THAT(error_of(replaced(golden_text(), "\"format\": 1", "\"format\": 2")),
             Contains("at /format") && Contains("format 2 was written by a later release"));
  // Whatever else such a document holds.
  CHECK_THAT(error_of("{\"format\": 2, \"new\": []}"), Contains("later release"));
}

TEST_CASE("documents made to break the reader are only refused", "[json][large]") {
  CHECK_THAT(error_of(std::string(1'000'000, '[')), Contains("no exported instance"));
  CHECK_THAT(error_of(std::string(100'000, '[') + std::string(100'000, ']')),
             Contains("levels deep"));
  std::string nested = "1";
  for (int i = 0; i < 1000; ++i) {
    nested.insert(0, "{\"a\": ").append("}");
  }
  CHECK_THAT(error_of(nested), Contains("levels deep"));
  std::string wide = "{\"format\": 1";
  for (int i = 0; i < 100'000; ++i) {
    wide += ", \"m" + std::to_string(i) + "\": 0";
  }
  CHECK_THAT(error_of(wide + "}"), Contains("`instance_id` is missing"));
  CHECK(error_of("{\"format\": 1, \"" + std::string(5'000'000, 'x') + "\": x").size() < 500);
}
