#include "model/limits.hpp"

#include <catch2/catch.hpp>

#include "model/ids.hpp"
#include "model/version.hpp"

using namespace duroxide::model;

TEST_CASE("instance ids", "[limits]") {
  CHECK(check_instance_id("order-1"));
  CHECK(check_instance_id(std::string(255, 'x')));
  CHECK(check_instance_id("größe/日本/🚀"));
  CHECK_THAT(check_instance_id("").error().what, Catch::Contains("instance id is empty"));
  CHECK_THAT(check_instance_id(std::string(256, 'x')).error().what, Catch::Contains("256 bytes"));
  CHECK_THAT(check_instance_id("a\xff").error().what, Catch::Contains("UTF-8"));
  CHECK_THAT(check_instance_id(std::string("a\0b", 3)).error().what, Catch::Contains("zero byte"));
}

TEST_CASE("keys of the key-value state", "[limits][values]") {
  CHECK(check_key("k"));
  CHECK(check_key(std::string(255, 'x')));
  CHECK(check_key("a key/with: größe 日本 🚀\n"));
  CHECK_THAT(check_key("").error().what, Catch::Contains("the state key is empty"));
  CHECK_THAT(check_key(std::string(256, 'x')).error().what,
             Catch::Contains("256 bytes, at most 255"));
  CHECK_THAT(check_key("k\xc3").error().what, Catch::Contains("the state key is not valid UTF-8"));
  CHECK_THAT(check_key(std::string("a\0b", 3)).error().what, Catch::Contains("zero byte"));
}

TEST_CASE("UTF-8, and what only looks like it", "[limits]") {
  for (const char* good : {"", "ascii", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x9a\x80",
                           "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    CHECK(is_utf8(good));
  }
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3\x28"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("payloads up to 64 MiB", "[limits][payloads]") {
  CHECK(check_payload("input", ""));
  std::string large(max_payload_bytes, 'x');
  CHECK(check_payload("input", large));
  large.push_back('x');
  CHECK_THAT(check_payload("input", large).error().what, Catch::Contains("67108864"));
}

TEST_CASE("heartbeats up to 64 KiB", "[limits][heartbeats]") {
  CHECK(check_heartbeat(""));
  CHECK(check_heartbeat(std::string(65536, 'x')));
  CHECK_THAT(check_heartbeat(std::string(65537, 'x')).error().what, Catch::Contains("65537"));
}

TEST_CASE("versions compare as numbers", "[limits][versioning]") {
  CHECK(parse_version("1.10.0") > parse_version("1.9.9"));
  CHECK(parse_version("2.0.0") == Version{2, 0, 0});
  for (const char* bad : {"", "1", "1.0", "1.0.0.0", "1.0.x", "v1.0.0", "1.0.0-beta", "1..0",
                          " 1.0.0", "1.0.0 ", "-1.0.0", "01.0.0", "4294967296.0.0"}) {
    INFO(bad);
    CHECK_FALSE(parse_version(bad).has_value());
    CHECK_FALSE(check_version(bad));
  }
}

TEST_CASE("ids of children", "[limits][children]") {
  CHECK(child_instance_id("order-1", 2, 7) == "order-1::sub::2.7");
  std::string id = "root";
  for (int depth = 0; depth < 100; ++depth) {
    id = child_instance_id(id, 1, 2);
    REQUIRE(check_instance_id(id));
  }
  const std::string longest(255, 'x');
  CHECK(child_instance_id(longest, 1, 2) != child_instance_id(longest, 1, 3));
}
