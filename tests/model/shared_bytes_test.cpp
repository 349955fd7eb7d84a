// Encoded bytes with long payloads among them that are not copied.

#include "model/shared_bytes.hpp"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "model/archive.hpp"
#include "model/encoding.hpp"
#include "model/record_reader.hpp"
#include "model/repeated_payloads.hpp"
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

/// The record as it reaches the tables.
std::string one_piece(const std::vector<Event>& events) {
  return std::string(model::encode_events_shared(events).bytes());
}

/// With other bytes from `place` on, and the checksum that fits them.
std::string with(std::string record, std::size_t place, std::string_view bytes) {
  const char format = record.front();
  record.replace(place, bytes.size(), bytes);
  model::seal_record(record, 0, format);
  return record;
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

TEST_CASE("a long payload stands in a shared record once, and is read as one",
          "[records][payloads]") {
  const Payload copy(payload().text());
  const auto events = events_with(payload(), copy);
  const SharedBytes shared = model::encode_events_shared(events);
  CHECK(shared.size() < payload().size() + 400);
  REQUIRE(shared.parts().size() == 1);
  CHECK(&shared.parts().front().payload.text() == &payload().text());
  const auto given_back = model::decode_events(shared).value();
  CHECK(given_back == events);
  CHECK(&input_of(given_back[1]).text() == &payload().text());

  const std::string record = one_piece(events);
  CHECK(record.front() == model::record_format_with_repeats);
  const auto read = model::decode_events(record).value();
  CHECK(read == events);
  CHECK(&input_of(read[1]).text() == &input_of(read[2]).text());
}

TEST_CASE("what is not shared is written as ever, and read by those who know no repeats",
          "[records][payloads][upgrade]") {
  const auto events = events_with(payload(), payload());
  const std::string record = model::encode_events(events);
  CHECK(record.front() == model::record_format);
  CHECK(record.size() > 3 * payload().size());
  CHECK(model::decode<std::vector<Event>>(record).value() == events);
  CHECK_THAT(model::decode<std::vector<Event>>(one_piece(events)).error().what,
             Contains("the record has format 2, this release reads format 1"));
}

TEST_CASE("a short payload, and one that comes once, make no other record", "[records][payloads]") {
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

TEST_CASE("several long payloads of a record are told apart", "[records][payloads]") {
  const Payload other(std::string(model::long_payload_bytes, 'q'));
  auto events = events_with(payload(), other);
  events.push_back(events[1]);
  events.push_back(events[2]);
  const auto read = model::decode_events(one_piece(events)).value();
  CHECK(read == events);
  CHECK(&input_of(read[1]).text() == &input_of(read[3]).text());
  CHECK(&input_of(read[2]).text() == &input_of(read[4]).text());
  CHECK(model::decode_events(model::encode_events_shared(events)).value() == events);
}

TEST_CASE("a payload is looked for among the last few of a record", "[records][payloads]") {
  std::vector<Event> events = events_with(payload(), payload());
  for (char each = 'a'; each < 'a' + 20; ++each) {
    events.push_back(events[1]);
    std::get<event::ActivityScheduled>(events.back().kind).input =
        Payload(std::string(model::long_payload_bytes, each));
  }
  events.push_back(events[1]);  // more than a few back: it stands there again
  const SharedBytes shared = model::encode_events_shared(events);
  CHECK(shared.parts().size() == 21);
  CHECK(model::decode_events(shared).value() == events);
  CHECK(model::decode_events(shared.bytes()).value() == events);
}

TEST_CASE("a record that repeats a payload which it does not have is refused",
          "[records][corruption]") {
  const std::string record = one_piece(events_with(payload(), payload()));
  const std::string first_repeat("\0\0\0\0\0\0\0\x80", 8);
  const auto place = record.find(first_repeat);
  REQUIRE(place != std::string::npos);
  const std::string later("\x01\0\0\0\0\0\0\x80", 8);
  CHECK_THAT(model::decode_events(with(record, place, later)).error().what,
             Contains("payload 1 is repeated where 1 came before"));
  const std::string furthest(8, '\xff');
  CHECK_THAT(model::decode_events(with(record, place, furthest)).error().what,
             Contains("is repeated where 1 came before"));
  std::string without_repeats = record;
  model::seal_record(without_repeats);
  CHECK_THAT(model::decode_events(without_repeats).error().what,
             Contains("a length of 9223372036854775808 is given"));
  std::string unknown = record;
  model::seal_record(unknown, 0, 3);
  CHECK_THAT(model::decode_events(unknown).error().what,
             Contains("the record has format 3, this release reads format 1 to 2"));
}

TEST_CASE("a record of which any byte is damaged is refused", "[records][corruption]") {
  const std::string record = one_piece(events_with(payload(), payload()));
  for (std::size_t place = 0; place < record.size(); ++place) {
    std::string damaged = record;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x01);
    REQUIRE_FALSE(model::decode_events(damaged));
    REQUIRE_FALSE(model::decode_events(std::string_view(record).substr(0, place)));
  }
}

TEST_CASE("shared payloads that do not stand where the record has them are refused",
          "[records][corruption]") {
  const SharedBytes record = model::encode_events_shared(events_with(payload(), payload()));
  const std::size_t place = record.parts().front().at;
  const auto problem_with = [&](std::vector<SharedPart> parts) {
    const SharedBytes changed(record.text(), std::move(parts));
    const auto read = model::decode_events(changed);
    return read ? std::string("none") : read.error().what;
  };
  CHECK(problem_with({{place, payload()}}) == "none");
  CHECK_THAT(problem_with({}), Contains("checksum does not fit"));
  CHECK_THAT(problem_with({{place, Payload(payload() + "p")}}),
             Contains("a payload of 4097 bytes stands where one of 4096 is expected"));
  CHECK_THAT(problem_with({{place, payload()}, {record.text().size(), payload()}}),
             Contains("4096 bytes are left over"));
  CHECK_FALSE(problem_with({{place - 1, payload()}}) == "none");
  CHECK_FALSE(problem_with({{place + 1, payload()}}) == "none");
  CHECK_THAT(problem_with({{0, payload()}}), Contains("cut short"));
}

TEST_CASE("a record repeats so much of its payloads and no more",
          "[records][payloads][corruption][large]") {
  const Payload large(std::string(std::size_t{4} << 20, 'l'));
  const std::size_t most = model::most_repeated_bytes / large.size();
  std::string bytes;
  std::vector<SharedPart> parts;
  {
    model::RecordWriter writer(bytes, false, &parts);
    for (std::size_t i = 0; i < 1 + most; ++i) {
      writer.payload(large);
    }
    REQUIRE(parts.size() == 1);
    writer.payload(large);  // in full again
    CHECK(parts.size() == 2);
  }
  const auto read_all = [](const SharedBytes& record, std::size_t payloads) {
    model::RecordReader reader(record, true);
    Payload payload;
    while (payloads-- > 0) {
      reader.payload(payload);
    }
    return reader.left();
  };
  const std::string once_more = bytes + std::string("\0\0\0\0\0\0\0\x80", 8);
  CHECK(read_all({bytes, parts}, 2 + most) == 0);
  CHECK_THROWS_WITH(read_all({once_more, parts}, 3 + most),
                    "more than 1073741824 bytes of payloads are repeated");
}

TEST_CASE("the bytes of a record with a repeated payload are the ones that were released",
          "[records][upgrade]") {
  // The mark of little-endian numbers, the length, the payload, the number of the repeated one.
  const std::string front("\x01\0\x10\0\0\0\0\0\0", 9);
  const std::string end("\0\0\0\0\0\0\0\x80", 8);
  std::string bytes;
  std::vector<SharedPart> parts;
  model::RecordWriter writer(bytes, false, &parts);
  writer.payload(payload());
  writer.payload(Payload(payload().text()));
  CHECK(writer.repeats());
  CHECK(SharedBytes(std::move(bytes), std::move(parts)) == front + payload().text() + end);
}

}  // namespace duroxide::shared_bytes_test
