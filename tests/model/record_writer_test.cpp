// What is written into a record, compared with what cereal itself would write.

#include "model/record_writer.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>
#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/utility.hpp>

#include "model/archive.hpp"
#include "model/samples.hpp"
#include "model/serialization.hpp"

namespace duroxide::record_writer_test {

/// Without a version of its own.
struct Inner {
  std::vector<std::uint64_t> numbers;
  std::optional<std::string> text;
};
DUROXIDE_LAYOUT(Inner, x.numbers, x.text)

struct Outer {
  bool flag = false;
  std::vector<Inner> inner;
};
DUROXIDE_LAYOUT(Outer, x.flag, x.inner)

enum class Letter : std::uint16_t { a = 0x4142 };

}  // namespace duroxide::record_writer_test

CEREAL_CLASS_VERSION(duroxide::record_writer_test::Outer, 0x01020304)

namespace duroxide::record_writer_test {

namespace {

template <class T>
std::string by_cereal(const T& value) {
  std::ostringstream out;
  {
    cereal::PortableBinaryOutputArchive archive(
        out, cereal::PortableBinaryOutputArchive::Options::LittleEndian());
    archive(value);
  }
  return out.str();
}

/// `is_plain`: in the layouts of before there were headers.
template <class T>
std::string by_writer(const T& value, bool is_plain = false) {
  std::string bytes;
  model::RecordWriter writer(bytes, is_plain);
  writer(value);
  return bytes;
}

template <class T>
void check_same(const T& value) {
  CHECK(by_writer(value) == by_cereal(value));
  CHECK(model::encode(value).substr(model::record_header_bytes) ==
        by_writer(value, model::IsPlain<T>::holds(value)));
}

}  // namespace

TEST_CASE("events and messages are written as cereal would", "[records]") {
  std::vector<Event> events;
  for (const auto& [name, event] : model::test::sample_events()) {
    INFO(name);
    events.push_back(event);
    check_same(std::vector<Event>{event});
    check_same(std::vector<Event>{event, event});
  }
  check_same(events);
  std::vector<WorkItem> messages;
  for (const auto& [name, message] : model::test::sample_work_items()) {
    INFO(name);
    messages.push_back(message);
    check_same(message);
  }
  check_same(messages);
  check_same(std::make_pair(events, messages));
}

TEST_CASE("the version of a structure is written once in a record", "[records]") {
  const Outer outer{true, {{{1, 2}, "text"}, {{}, std::nullopt}, {{3}, ""}}};
  check_same(outer);
  check_same(std::vector<Outer>{outer, outer});
  const std::string bytes = by_writer(Outer{});
  CHECK(bytes.substr(1, 4) == "\x04\x03\x02\x01");
  CHECK(by_writer(Outer{}) == bytes);  // and again in the next
}

TEST_CASE("numbers, texts and choices are written as cereal would", "[records]") {
  check_same(std::numeric_limits<std::int64_t>::min());
  check_same(std::int32_t{-2});
  check_same(std::uint8_t{0xfe});
  check_same(true);
  check_same(Letter::a);
  check_same(std::string());
  check_same(std::string("a\0b", 3));
  check_same(std::vector<bool>{true, false, true});
  check_same(std::vector<std::string>{"", "text"});
  check_same(std::variant<std::uint8_t, std::string>("text"));
}

TEST_CASE("what is in the string before a record is written stays", "[records]") {
  std::string bytes = "before";
  model::RecordWriter writer(bytes);
  writer(std::string("text"));
  CHECK(bytes == "before" + by_cereal(std::string("text")));
}

TEST_CASE("a record takes no more memory than it has bytes", "[records][payloads]") {
  for (const std::size_t size : {100U, 3000U, 1000U, 200'000U, 50U}) {
    const std::string text(size, 'x');
    const std::string record = model::encode(text);
    CHECK(model::decode<std::string>(record).value() == text);
    if (size < 10'000) {
      CHECK(record.capacity() == record.size());
    }
  }
}

}  // namespace duroxide::record_writer_test
