// Encoded bytes with long payloads among them that are not copied.

#include "model/shared_bytes.hpp"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "model/archive.hpp"
#include "model/encoding.hpp"
#include "model/serialization.hpp"

namespace duroxide::shared_bytes_test {

using Catch::Contains;
using model::BytesView;
using model::SharedBytes;
using model::SharedPart;

namespace {

const Payload& payload() {
  static const Payload text(std::string(model::long_payload_bytes, 'p'));
  return text;
}

/// `ab`, the payload, `c`, the payload.
SharedBytes bytes_with_payloads() {
  return {"abc", {{2, payload()}, {3, payload()}}};
}

std::string flat() {
  return "ab" + payload().text() + "c" + payload().text();
}

/// An input that comes as a message, and what the turn records of it: twice the same text, and one more
/// that says the same and is another.
std::vector<Event> events_with(const Payload& input, const Payload& copy) {
  event::OrchestrationStarted started;
  started.name = "Hello";
  started.input = input;
  event::ActivityScheduled scheduled;
  scheduled.name = "Nothing";
  scheduled.input = input;
  Event first;
  first.event_id = 1;
  first.kind = started;
  Event second;
  second.event_id = 2;
  second.kind = scheduled;
  Event third = second;
  third.event_id = 3;
  std::get<event::ActivityScheduled>(third.kind).input = copy;
  return {first, second, third};
}

const Payload& input_of(const Event& event) {
  return std::get<event::ActivityScheduled>(event.kind).input;
}

}  // namespace

TEST_CASE("bytes with payloads among them are those in one piece", "[records][payloads]") {
  const SharedBytes bytes = bytes_with_payloads();
  CHECK(bytes.size() == flat().size());
  CHECK(bytes.bytes() == flat());
  CHECK(bytes.bytes().data() == bytes.bytes().data());  // it is made once
  CHECK(bytes == flat());
  std::string pieces;
  BytesView(bytes).each_piece([&](std::string_view piece) { pieces.append(piece); });
  CHECK(pieces == flat());
  CHECK(SharedBytes("text") == "text");
  CHECK(SharedBytes().empty());
  CHECK_FALSE(SharedBytes("", {{0, payload()}}).empty());
}

TEST_CASE("a view leaves out what stands in front", "[records][payloads]") {
  const SharedBytes bytes = bytes_with_payloads();
  const BytesView view(bytes);
  CHECK(view.head() == "ab");
  const BytesView rest = view.behind(1);
  CHECK(rest.head() == "b");
  CHECK(rest.size() == flat().size() - 1);
  CHECK(rest.bytes() == flat().substr(1));
  CHECK(rest.behind(1).head().empty());
  CHECK(rest.behind(1).bytes() == flat().substr(2));
  CHECK(BytesView("text").behind(2).bytes() == "xt");
}

TEST_CASE("a copy of bytes is one of its own, and shares the payloads", "[records][payloads]") {
  SharedBytes bytes = bytes_with_payloads();
  (void)bytes.bytes();
  SharedBytes copy = bytes;
  copy.changeable_text().front() = 'x';
  CHECK(copy == "x" + flat().substr(1));
  CHECK(bytes == flat());
  bytes.changeable_text().front() = 'y';  // also if they were there in one piece
  CHECK(bytes == "y" + flat().substr(1));
  CHECK(&bytes.parts()[0].payload.text() == &payload().text());
  copy = bytes;
  CHECK(copy == bytes);
}

TEST_CASE("several threads may ask for the one piece at once", "[records][payloads]") {
  for (int round = 0; round < 50; ++round) {
    const SharedBytes bytes = bytes_with_payloads();
    std::vector<std::thread> threads;
    std::vector<std::string_view> seen(4);
    for (std::string_view& each : seen) {
      threads.emplace_back([&bytes, &each] { each = bytes.bytes(); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    for (const std::string_view each : seen) {
      REQUIRE(each.data() == bytes.bytes().data());
      REQUIRE(each == flat());
    }
  }
}

TEST_CASE("long payloads are shared with what is encoded of them, and with what is read",
          "[records][payloads]") {
  const Payload copy(payload().text());
  const auto events = events_with(payload(), copy);
  const SharedBytes shared = model::encode_events_shared(events);
  REQUIRE(shared.parts().size() == 3);
  CHECK(shared.text().size() < 400);
  CHECK(&shared.parts().front().payload.text() == &payload().text());
  CHECK(shared == model::encode_events(events));
  const auto given_back = model::decode_events(shared).value();
  CHECK(given_back == events);
  CHECK(&input_of(given_back[1]).text() == &payload().text());
  CHECK(&input_of(given_back[2]).text() == &copy.text());
  CHECK(model::decode_events(shared.bytes()).value() == events);
}

TEST_CASE("a short payload is copied, and a record may stand behind other bytes",
          "[records][payloads]") {
  const Payload almost_long(std::string(model::long_payload_bytes - 1, 'p'));
  const auto short_ones = events_with(almost_long, almost_long);
  const SharedBytes bytes = model::encode_events_shared(short_ones);
  CHECK(bytes.parts().empty());
  CHECK(bytes == model::encode_events(short_ones));

  const WorkItem message = work::ExternalRaised{"i", "Go", payload()};
  const SharedBytes behind = model::encode_work_item_shared(message, "in front");
  CHECK(behind.parts().size() == 1);
  CHECK(behind == "in front" + model::encode_work_item(message));
  CHECK(model::decode_work_item(BytesView(behind).behind(8)).value() == message);
}

TEST_CASE("shared payloads that do not stand where the record has them are refused",
          "[records][corruption]") {
  const WorkItem message = work::ExternalRaised{"i", "Go", payload()};
  const SharedBytes record = model::encode_work_item_shared(message);
  REQUIRE(record.parts().size() == 1);
  const std::size_t place = record.parts().front().at;
  const auto problem_with = [&](std::vector<SharedPart> parts) {
    const SharedBytes changed(record.text(), std::move(parts));
    const auto read = model::decode_work_item(changed);
    return read ? std::string("none") : read.error().what;
  };
  CHECK(problem_with({{place, payload()}}) == "none");
  CHECK_THAT(problem_with({}), Contains("checksum does not fit"));
  CHECK_THAT(problem_with({{place, Payload(payload() + "p")}}),
             Contains("a payload of 4097 bytes stands where one of 4096 is expected"));
  CHECK_THAT(problem_with({{place, payload()}, {record.text().size(), payload()}}),
             Contains("4096 bytes are left over"));
  CHECK_FALSE(problem_with({{place - 1, payload()}}) == "none");
  CHECK_THAT(problem_with({{0, payload()}}), Contains("cut short"));
}

}  // namespace duroxide::shared_bytes_test
