// Times and bytes as text.

#include <catch2/catch.hpp>

#include "gateway/json_text.hpp"
#include "gateway/time_text.hpp"

using namespace duroxide;
using namespace duroxide::gateway;
using namespace std::chrono_literals;

TEST_CASE("control: a time as text is the same time again", "[control]") {
  const auto time = from_milliseconds(1'700'000'000'123);
  CHECK(time_text(time) == "2023-11-14T22:13:20.123Z");
  CHECK(parse_time(time_text(time)) == time);
  CHECK(parse_time("2023-11-14 22:13:20") == from_milliseconds(1'700'000'000'000));
  CHECK(parse_time("2023-11-14T22:13") == from_milliseconds(1'699'999'980'000));
  CHECK(parse_time("2023-11-14T22:13:20.123") == time);
  CHECK(parse_time("2023-11-14T22:13Z") == from_milliseconds(1'699'999'980'000));
  CHECK(parse_time("1970-01-02") == from_milliseconds(86'400'000));
  CHECK(parse_time("2024-02-29T00:00:00.5Z") == from_milliseconds(1'709'164'800'500));
}

TEST_CASE("control: what is no time is refused", "[control]") {
  for (const char* text : {"",
                           "yesterday",
                           "2023-13-01",
                           "2023-02-29",
                           "2023-11-14T",
                           "2023-11-14T25:00",
                           "2023-11-14T22:13:20.",
                           "2023-11-14T22:13:20Zz",
                           "23-11-14",
                           "2023-11-14Z",
                           "2023",
                           "2023x11-14",
                           "2023-1x-14",
                           "2023-11x14",
                           "2023-11-1",
                           "2023-11-14T2",
                           "2023-11-14T22x13",
                           "2023-11-14T22:1",
                           "2023-11-14T22:60",
                           "2023-11-14T22:13:6",
                           "2023-11-14T22:13:60",
                           "2023-11-14T22:13:20.x",
                           "2023-11-14T22:13:20.1234"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text));
  }
}

TEST_CASE("control: durations as text", "[control]") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("30s") == 30s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("2h") == 2h);
  CHECK(parse_duration("7d") == 24h * 7);
  for (const char* text : {"", "5", "s", "-1s", "5 m", "4294967296s", "4000000000d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
  CHECK(duration_text(250ms) == "250ms");
  CHECK(duration_text(3'999ms) == "3s");
  CHECK(duration_text(310s) == "5m 10s");
  CHECK(duration_text(24h * 2 + 4h + 5s) == "2d 4h");
  CHECK(duration_text(1h) == "1h");
  CHECK(duration_text(-1s) == "0ms");
}

TEST_CASE("control: bytes that are no text survive JSON", "[control]") {
  CHECK(json_of_text("grün") == "grün");
  for (const std::string& bytes : {std::string("\xff"), std::string("\xff\xfe"),
                                   std::string("a\xff\0b", 4), std::string("\x80\x81\x82\x83")}) {
    const auto value = json_of_text(bytes);
    CHECK(value.is_object());
    CHECK(text_of_json(value) == bytes);
  }
  CHECK_FALSE(text_of_json(5));
  CHECK_FALSE(text_of_json({{"base64", "x"}}));
  CHECK_FALSE(text_of_json({{"base64", "????"}}));
  CHECK_FALSE(text_of_json({{"base64", "AAAA"}, {"more", 1}}));
  CHECK_FALSE(text_of_json({{"base64", 5}}));
  CHECK_FALSE(text_of_json({{"base32", "AAAA"}}));
}
