// The immutable text that all copies of a payload share.

#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <catch2/catch.hpp>

#include <duroxide/codec.hpp>
#include <duroxide/events.hpp>
#include <duroxide/payload.hpp>

namespace duroxide::payload_test {

namespace {

const std::string long_text(1'000, 'x');

std::size_t length_of(const std::string& text) {
  return text.size();
}
std::size_t length_of_view(std::string_view text) {
  return text.size();
}

}  // namespace

TEST_CASE("copies of a payload share its text", "[payloads]") {
  const Payload first(long_text);
  Payload second = first;
  const event::ActivityScheduled scheduled{"Work", first};
  CHECK(&first.text() == &second.text());
  CHECK(&first.text() == &scheduled.input.text());
  second = "other";
  CHECK(first == long_text);
}

TEST_CASE("a text lives as long as any copy of its payload", "[payloads]") {
  std::optional<Payload> first(long_text);
  const Payload second = *first;
  first.reset();
  CHECK(second.text() == long_text);
}

TEST_CASE("a payload that was moved from is empty, and so is one of no text", "[payloads]") {
  Payload first(long_text);
  const Payload second = std::move(first);
  CHECK(second.size() == long_text.size());
  CHECK(first.empty());  // NOLINT: that is what it says
  CHECK(Payload().text().empty());
  CHECK(Payload("") == Payload());
  CHECK(Payload(std::string()).size() == 0);
}

TEST_CASE("a payload stands for its text", "[payloads]") {
  const Payload payload("text");
  CHECK(length_of(payload) == 4);
  CHECK(length_of_view(payload) == 4);
  const std::string copy = payload;
  CHECK(copy == "text");
  CHECK(payload == "text");
  CHECK(payload == std::string("text"));
  CHECK(std::string_view("text") == payload);
  CHECK(payload < "texts");
  CHECK(Payload("tex") < payload);
  CHECK_FALSE(payload == Payload("texts"));
  CHECK("a " + payload == "a text");
  CHECK(payload + std::string("s") == "texts");
  CHECK(payload + payload == "texttext");
  std::ostringstream out;
  out << payload;
  CHECK(out.str() == "text");
}

TEST_CASE("a payload is encoded as its text, and not as JSON", "[payloads]") {
  CHECK(encode_payload(Payload("text")).value() == "text");
  CHECK(decode_payload<Payload>("text").value() == "text");
}

TEST_CASE("the text of a payload that ends is a text of its own", "[payloads]") {
  const auto make = [] { return Payload(long_text); };
  const std::string& text = make().text();
  CHECK(text == long_text);
}

}  // namespace duroxide::payload_test
