// The archives of payloads write and read what cereal's own JSON archives do.

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <duroxide/codec.hpp>

#include <catch2/catch.hpp>

#include <cereal/archives/json.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/base_class.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/polymorphic.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/variant.hpp>

#include "model/payload_text.hpp"

namespace duroxide::payload_archive_test {

enum class Colour : std::uint8_t { red, green = 7 };

/// As text, by `save_minimal`.
struct Money {
  int cents = 0;
  template <class Archive>
  std::string save_minimal(const Archive&) const {
    return std::to_string(cents) + " cents";
  }
  template <class Archive>
  void load_minimal(const Archive&, const std::string& text) {
    cents = std::stoi(text);
  }
};

struct Versioned {
  int a = 1;
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t version) {
    archive(cereal::make_nvp("a", a), cereal::make_nvp("version", version));
  }
};

/// With a name that comes from outside, as a text archive lets a type do.
struct Split {
  std::string key = "k";
  double value = 0.1;
  template <class Archive>
  void save(Archive& archive) const {
    archive(cereal::make_nvp(key, value));
  }
  template <class Archive>
  void load(Archive& archive) {
    key = archive.getNodeName();
    archive(value);
  }
};

struct Bytes {
  std::array<unsigned char, 5> bytes = {0, 1, 2, 254, 255};
  template <class Archive>
  void save(Archive& archive) const {
    archive.saveBinaryValue(bytes.data(), bytes.size(), "bytes");
  }
  template <class Archive>
  void load(Archive& archive) {
    archive.loadBinaryValue(bytes.data(), bytes.size(), "bytes");
  }
};

struct Shape {
  virtual ~Shape() = default;
  int id = 3;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(id));
  }
};
struct Circle : Shape {
  double radius = 2.5;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::base_class<Shape>(this), CEREAL_NVP(radius));
  }
};

/// Outside the type, and without names.
struct Point {
  short x = -3;
  unsigned char y = 200;
};
template <class Archive>
void serialize(Archive& archive, Point& point) {
  archive(point.x, point.y);
}

struct Empty {
  template <class Archive>
  void serialize(Archive&) {}
};

struct All {
  bool yes = true;
  char letter = 'x';
  signed char small = -5;
  std::int16_t sixteen = -300;
  std::uint16_t unsigned_sixteen = 65535;
  std::int32_t number = std::numeric_limits<std::int32_t>::min();
  std::uint32_t unsigned_number = std::numeric_limits<std::uint32_t>::max();
  std::int64_t large = std::numeric_limits<std::int64_t>::min();
  std::uint64_t unsigned_large = std::numeric_limits<std::uint64_t>::max();
  long long as_text = -7;
  unsigned long long unsigned_as_text = 7;
  long double precise = 0.25L;
  float single = 1.5F;
  double twice = 1e300;
  double infinite = std::numeric_limits<double>::infinity();
  std::string text = "a \"b\"\n\\ \t\u00e4 {}[],:";
  Colour colour = Colour::green;
  Money money{250};
  Versioned versioned;
  Split split;
  Bytes bytes;
  Point point;
  Empty empty;
  std::array<int, 3> array = {1, 2, 3};
  int plain_array[2] = {4, 5};
  std::vector<bool> flags = {true, false};
  std::vector<std::vector<std::string>> nested = {{}, {"a", "b c"}};
  std::map<std::string, Point> points = {{"p", {}}};
  std::map<int, std::set<int>> sets = {{1, {2, 3}}, {4, {}}};
  std::tuple<int, std::string, Money> tuple = {1, "t", {2}};
  std::pair<Colour, double> pair = {Colour::red, 0.5};
  std::optional<Point> some = Point{1, 2};
  std::optional<int> none;
  std::variant<int, std::string> variant = "v";
  std::chrono::milliseconds duration{1500};
  std::shared_ptr<Point> shared = std::make_shared<Point>();
  std::shared_ptr<Point> same = shared;
  std::unique_ptr<Shape> shape = std::make_unique<Circle>();
  std::nullptr_t null = nullptr;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(yes), CEREAL_NVP(letter), CEREAL_NVP(small), CEREAL_NVP(sixteen),
            CEREAL_NVP(unsigned_sixteen), CEREAL_NVP(number), CEREAL_NVP(unsigned_number),
            CEREAL_NVP(large), CEREAL_NVP(unsigned_large), CEREAL_NVP(as_text),
            CEREAL_NVP(unsigned_as_text), CEREAL_NVP(precise), CEREAL_NVP(single),
            CEREAL_NVP(twice), CEREAL_NVP(infinite), CEREAL_NVP(text), CEREAL_NVP(colour),
            CEREAL_NVP(money), CEREAL_NVP(versioned), CEREAL_NVP(split), CEREAL_NVP(bytes));
    archive(CEREAL_NVP(point), CEREAL_NVP(empty), CEREAL_NVP(array), CEREAL_NVP(plain_array),
            CEREAL_NVP(flags), CEREAL_NVP(nested), CEREAL_NVP(points), CEREAL_NVP(sets),
            CEREAL_NVP(tuple), CEREAL_NVP(pair), CEREAL_NVP(some), CEREAL_NVP(none),
            CEREAL_NVP(variant), CEREAL_NVP(duration), CEREAL_NVP(shared), CEREAL_NVP(same),
            CEREAL_NVP(shape), CEREAL_NVP(null));
  }
};

template <class T>
std::string by_cereal(const T& value) {
  std::ostringstream out;
  {
    cereal::JSONOutputArchive archive(out, cereal::JSONOutputArchive::Options::NoIndent());
    archive(cereal::make_nvp("v", value));
  }
  return detail::unwrap_json(out.str());
}

}  // namespace duroxide::payload_archive_test

CEREAL_CLASS_VERSION(duroxide::payload_archive_test::Versioned, 9)
CEREAL_REGISTER_TYPE(duroxide::payload_archive_test::Circle)

namespace duroxide::payload_archive_test {

TEST_CASE("payload archives: all that cereal can write is written as cereal does", "[payloads]") {
  All all;
  all.number = 5;  // no default, so that reading shows
  all.points["q"] = {7, 8};
  all.text += '\x01';
  const std::string text = encode_payload(all).value();
  CHECK(text == by_cereal(all));
  const Result<All, std::string> read = decode_payload<All>(text);
  REQUIRE(read.has_value());
  CHECK(encode_payload(*read).value() == text);
  CHECK(read->shared == read->same);
  CHECK(dynamic_cast<const Circle*>(read->shape.get()) != nullptr);
}

TEST_CASE("payload archives: a value without a name", "[payloads]") {
  CHECK(encode_payload(Colour::green).value() == by_cereal(Colour::green));
  CHECK(encode_payload(Money{3}).value() == "\"3 cents\"");
  CHECK(encode_payload(1LL).value() == by_cereal(1LL));
  CHECK(encode_payload('a').value() == by_cereal('a'));
  CHECK(encode_payload(0.1F).value() == by_cereal(0.1F));
  CHECK(encode_payload(Empty()).value() == by_cereal(Empty()));
  CHECK(encode_payload(std::vector<int>()).value() == by_cereal(std::vector<int>()));
  CHECK(decode_payload<Colour>("7").value() == Colour::green);
  CHECK(decode_payload<Money>("\"4 cents\"").value().cents == 4);
  CHECK(decode_payload<long long>("\"-5\"").value() == -5);
  CHECK(decode_payload<char>("97").value() == 'a');
  CHECK(decode_payload<unsigned char>("255").value() == 255);
}

TEST_CASE("payload archives: members are found in any order, and others are passed over",
          "[payloads]") {
  const auto point = decode_payload<std::pair<int, std::string>>(
      R"({"other":{"first":[1]},"second":"b","first":1})");
  CHECK(point.value() == std::pair<int, std::string>(1, "b"));
}

TEST_CASE("payload archives: what a type's own code throws is told with its place", "[payloads]") {
  const auto money =
      decode_payload<std::map<std::string, Money>>(R"([{"key":"a","value":"none"}])");
  REQUIRE_FALSE(money.has_value());
  CHECK_THAT(money.error(), Catch::Contains("no `std::map<std::string, ") &&
                                Catch::Contains(": stoi (at the field `[0]` at byte 1): "));
  const auto bytes = decode_payload<Bytes>(R"({"bytes":"AAEC"})");
  REQUIRE_FALSE(bytes.has_value());
  CHECK_THAT(bytes.error(), Catch::Contains("a size of 3 bytes does not match the 5 wanted"));
}

}  // namespace duroxide::payload_archive_test
