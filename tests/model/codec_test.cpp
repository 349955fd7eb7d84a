#include <duroxide/codec.hpp>

#include <catch2/catch.hpp>

using namespace duroxide;

namespace {

struct Item {
  std::string name;
  int count = 0;
  std::vector<double> prices;
  std::optional<std::string> note;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("name", name), cereal::make_nvp("count", count),
            cereal::make_nvp("prices", prices));
  }
};

struct Mute : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return nullptr; }
};

/// Throws what it says, however it is asked.
template <class What>
struct Throws {
  template <class Archive>
  void serialize(Archive&) {
    throw What();
  }
};

}  // namespace

TEST_CASE("what a type's own serialisation throws is told as text, whatever it is", "[payloads]") {
  CHECK_THAT(encode_payload(Throws<Mute>()).error(), Catch::Contains("says nothing"));
  CHECK_THAT(decode_payload<Throws<Mute>>("{}").error(), Catch::Contains("says nothing"));
  CHECK_THAT(encode_payload(Throws<int>()).error(), Catch::Contains("no std::exception"));
  CHECK_THAT(decode_payload<Throws<int>>("{}").error(), Catch::Contains("no std::exception"));
}

TEST_CASE("text passes through untouched", "[payloads]") {
  for (const std::string text : {"", "plain", "\"quoted\"", " { \"a\": 1 } ", "\xff"}) {
    CHECK(encode_payload(text).value() == text);
    CHECK(decode_payload<std::string>(text).value() == text);
  }
  CHECK(encode_payload("literal").value() == "literal");
  CHECK(encode_payload(std::string_view("view")).value() == "view");
}

TEST_CASE("a null pointer is no text", "[payloads]") {
  const char* const none = nullptr;  // what `std::getenv` gives
  CHECK(encode_payload(none).error() == "cannot encode the payload: it is a null pointer");
}

TEST_CASE("other types travel as plain JSON on one line", "[payloads]") {
  CHECK(encode_payload(42).value() == "42");
  CHECK(encode_payload(true).value() == "true");
  CHECK(encode_payload(std::vector<int>{1, 2}).value() == "[1,2]");
  CHECK(encode_payload(std::vector<std::string>{"a b", "c\"\\ \n"}).value() ==
        R"(["a b","c\"\\ \n"])");
  const Item item{"tea pot", 2, {1.5}, {}};
  CHECK(encode_payload(item).value() == R"({"name":"tea pot","count":2,"prices":[1.5]})");
  const auto back = decode_payload<Item>(encode_payload(item).value()).value();
  CHECK(back.name == "tea pot");
  CHECK(back.count == 2);
}

TEST_CASE("text that is not the JSON asked for is refused with the reason", "[payloads]") {
  for (const std::string text : {"", "  ", "x", "{", "[1,2", "\"open", "]", "1,2", "1}, {\"w\": 2",
                                 "{\"a\":1}", "null", "\"text\"", "1 2"}) {
    INFO(text);
    const auto value = decode_payload<int>(text);
    REQUIRE_FALSE(value.has_value());
    CHECK_THAT(value.error(), Catch::Contains("payload"));
  }
  CHECK_FALSE(decode_payload<std::vector<int>>("[1,\"x\"]").has_value());
}

TEST_CASE("a number that no double holds does not reach the reader", "[payloads]") {
  const auto read = [](const std::string& text) {
    return decode_payload<std::vector<double>>("[1, " + text + "]");
  };
  const std::string digits(90, '5');
  const std::string zeros(330, '0');
  const std::vector<std::string> unheld{digits + "e300",
                                        "1" + zeros,
                                        "-0." + digits + "e999",
                                        "1e-325",
                                        "0." + zeros + digits,
                                        "1e99999999999999999999",
                                        "0." + zeros,
                                        "0e999",
                                        "0.0e-30"};
  for (const std::string& text : unheld) {
    INFO(text);
    const auto refused = read(text);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error(), Catch::Contains("too large, too small or too long at byte 4"));
  }
  CHECK(read("1" + std::string(308, '0')).value().back() == 1e308);
  CHECK(read("1.7976931348623157e308").value().back() == 1.7976931348623157e308);
  CHECK(read("0." + std::string(323, '0') + "1e+20").value().back() ==
        Approx(1e-304).epsilon(1e-9));
  CHECK(read("0." + std::string(22, '0')).value().back() == 0);
  CHECK(read("-0e-20").value().back() == 0);
  using Texts = std::vector<std::string>;
  CHECK(decode_payload<Texts>("[\"" + digits + "e999\"]").value() == Texts{digits + "e999"});
}

TEST_CASE("hostile nesting does not reach the recursive reader", "[payloads]") {
  const std::string deep(2'000'000, '[');
  CHECK_FALSE(decode_payload<std::vector<int>>(deep).has_value());
  CHECK_FALSE(decode_payload<std::vector<int>>(deep + std::string(2'000'000, ']')).has_value());
}
