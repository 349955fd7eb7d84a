// What a payload that is not of the type asked for is refused with.

#include <duroxide/duroxide.hpp>

#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <cstdint>
#include <map>

using namespace duroxide;
using Catch::Contains;

namespace {

struct OrderLine {
  std::string name;
  double price = 0;
  int count = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(name), CEREAL_NVP(price), CEREAL_NVP(count));
  }
};

struct Order {
  std::string id;
  std::vector<OrderLine> items;
  bool paid = false;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(id), CEREAL_NVP(items), CEREAL_NVP(paid));
  }
};

/// A price of its own, and one of its line.
struct Quote {
  double price = 0;
  OrderLine line;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(price), CEREAL_NVP(line));
  }
};

/// Must have all of its members, and no other.
struct Strict {
  int a = 0;
  OrderLine line;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(a), CEREAL_NVP(line));
  }
};

/// Says for itself what it does not take.
struct Quantity {
  int count = 0;
  std::string unit;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(count));
    if (count < 0) {
      throw std::runtime_error("a quantity is not negative");
    }
    archive(CEREAL_NVP(unit));
  }
};

/// As deep as one likes.
struct Box {
  std::vector<Box> content;
  std::int64_t number = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(content), CEREAL_NVP(number));
  }
};

/// The most memory that this process has had.
long most_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

template <class T>
std::string error_of(const std::string& text) {
  const auto value = decode_payload<T>(text);
  return value ? "it was decoded" : value.error();
}

}  // namespace

template <>
inline constexpr bool duroxide::strict_payload<Strict> = true;

TEST_CASE("payload problems: the type is named as its author writes it", "[payloads]") {
  CHECK(detail::type_name(typeid(int)) == "int");
  CHECK(detail::type_name(typeid(std::string)) == "std::string");
  CHECK(detail::type_name(typeid(std::vector<ErrorDetails>)) ==
        "std::vector<duroxide::ErrorDetails>");
  CHECK(detail::type_name(typeid(std::vector<std::string>)) == "std::vector<std::string>");
  CHECK(detail::type_name(typeid(std::map<std::string, std::vector<int>>)) ==
        "std::map<std::string, std::vector<int>>");
  CHECK(detail::type_name(typeid(std::optional<Order>)) == "std::optional<Order>");
}

TEST_CASE("payload problems: type, field and position", "[payloads]") {
  const std::string items = R"({"id":"7","items":[{"name":"a","price":1,"count":2},)";
  struct Row {
    std::string error;
    std::string problem;
  };
  const auto row = GENERATE_COPY(
      Row{error_of<int>("notanumber"), "no `int`: it is not JSON at byte 0"},
      Row{error_of<double>("[1"), "no `double`: it ends too early at byte 2"},
      Row{error_of<int>(""), "no `int`: it is empty"},
      Row{error_of<int>("1,2"), "a comma stands outside of a list or an object at byte 1"},
      Row{error_of<int>("12 x"), "not JSON at byte 3"},
      Row{error_of<int>("\"text\""),
          "it at byte 0 is a text where a whole number of 32 bits is expected"},
      Row{error_of<int>("3000000000"), "is the number 3000000000 where a whole number of 32 bits"},
      Row{error_of<std::uint32_t>("-1"), "is not negative is expected"},
      Row{error_of<bool>("1"), "where true or false is expected"},
      Row{error_of<std::vector<int>>("[1,true]"), "its field `[1]` at byte 3 is true or false"},
      Row{error_of<std::vector<int>>("5"), "it at byte 0 is the number 5"},
      Row{error_of<std::vector<int>>(R"({"a":1})"), "it at byte 0 is an object where a list"},
      Row{error_of<Order>(R"({"id":7,"items":[],"paid":true})"),
          "no `Order`: its field `id` at byte 6 is the number 7 where a text is expected"},
      Row{error_of<Order>("[1,2]"), "it at byte 0 is a list where an object is expected"},
      Row{error_of<Order>(R"({"id":"7","items":["tea"]})"),
          "its field `items[0]` at byte 19 is a text where an object or a list is expected"},
      Row{error_of<std::pair<int, int>>(R"({"first":1})"),
          "the field `second` is missing in the object at byte 0"},
      Row{error_of<std::vector<std::pair<int, int>>>(R"([{"first":1,"second":2},{"first":3}])"),
          "the field `second` is missing in `[1]` at byte 24"},
      Row{error_of<Order>(items + R"({"name":"b","price":"x","count":2}],"paid":true})"),
          "its field `items[1].price` at byte 72 is a text where a number is expected"},
      Row{error_of<Order>(items + R"({"name":"b","price":2,"count":2.5}],"paid":true})"),
          "its field `items[1].count` at byte 82 is the number 2.5"},
      Row{error_of<Order>(R"({"id":"7","items":{"x":1},"paid":true})"),
          "its field `items` at byte 18 is an object where a list is expected"});
  CHECK_THAT(row.error, Contains(row.problem) && Contains("payload"));
}

TEST_CASE("payload problems: the beginning of the text is shown", "[payloads]") {
  CHECK_THAT(error_of<int>("notanumber"), Catch::EndsWith(": `notanumber`"));
  CHECK_THAT(error_of<int>(std::string(100, 'x')), Contains("`" + std::string(80, 'x') + "…`"));
}

TEST_CASE("payload problems: a field is named by its way from the whole, whoever else has its name",
          "[payloads]") {
  CHECK_THAT(error_of<Quote>(R"({"price":1,"line":{"name":"a","price":"x"}})"),
             Contains("no `Quote`: its field `line.price` at byte 38 is a text where a number"));
}

TEST_CASE("payload problems: a strict type says what is missing and what it does not know",
          "[payloads]") {
  CHECK_THAT(error_of<Strict>(R"({"a":1})"),
             Contains("no `Strict`: the field `line` is missing in the object at byte 0"));
  CHECK_THAT(error_of<std::vector<Strict>>(R"([{"a":1,"line":{},"b":2}])"),
             Contains("the field `b` in `[0]` at byte 1 is unknown to the strict type `Strict`"));
  CHECK(decode_payload<Strict>(R"({"line":{"unknown":1},"a":5})").value().a == 5);
}

TEST_CASE("payload problems: each kind of value is named where another is expected", "[payloads]") {
  CHECK_THAT(error_of<int>("null"), Contains("it at byte 0 is null where a whole number"));
  CHECK_THAT(error_of<int>("{}"), Contains("it at byte 0 is an object where a whole number"));
  CHECK_THAT(error_of<bool>("[]"), Contains("it at byte 0 is a list where true or false"));
  CHECK_THAT(error_of<bool>("\"a"), Contains("it ends too early at byte 2"));
  CHECK_THAT(error_of<double>("false"), Contains("it at byte 0 is true or false where a number"));
  CHECK_THAT(error_of<int>("2147483648"),
             Contains("is the number 2147483648 where a whole number"));
  CHECK_THAT(error_of<std::int64_t>("9223372036854775808"),
             Contains("is the number 9223372036854775808 where a whole number"));
  CHECK_THAT(error_of<std::nullptr_t>("5"), Contains("it at byte 0 is the number 5 where null"));
}

TEST_CASE("payload problems: the first byte is told at which JSON goes wrong", "[payloads]") {
  CHECK_THAT(error_of<std::vector<int>>("[1 2]"),
             Contains("it is not JSON at byte 3, a comma or a closing bracket should stand here"));
  CHECK_THAT(error_of<Order>(R"({"id":"7" "paid":true})"),
             Contains("it is not JSON at byte 10, a comma or a closing brace should stand here"));
  CHECK_THAT(error_of<Order>(R"({"id" 7})"), Contains("a colon should stand here"));
  CHECK_THAT(error_of<Order>(R"({id:7})"),
             Contains("at byte 1, a member's name in quotes should stand here"));
  CHECK_THAT(error_of<Order>(R"({"items":[tru]})"), Contains("it is not JSON at byte 10"));
  CHECK_THAT(error_of<Order>(R"({"items":{"name":[1}})"), Contains("payload is no `Order`"));
}

TEST_CASE("payload problems: what a type's own code says is told as it says it, and where",
          "[payloads]") {
  CHECK_THAT(error_of<Quantity>(R"({"count":-1,"unit":"kg"})"),
             Contains("no `Quantity`: a quantity is not negative: "));
  CHECK_THAT(error_of<std::vector<Quantity>>(R"([{"count":1},{"count":-1}])"),
             Contains("a quantity is not negative (at the field `[1]` at byte 13): "));
}

TEST_CASE("payload problems: a very long text has its place told too", "[payloads][limits]") {
  const std::string padding(std::size_t{2} << 20, ' ');
  CHECK_THAT(error_of<int>(padding + "\"text\""),
             Contains("the payload is no `int`: it at byte 2097152 is a text where"));
}

TEST_CASE("payload problems: the way to a field deep within is shown without its middle",
          "[payloads][limits]") {
  std::string text = R"({"number":true})";
  for (int level = 0; level < 250; ++level) {
    text = R"({"content":[)" + text + "]}";
  }
  const std::string error = error_of<Box>(text);
  CHECK_THAT(error, Contains("its field `content[0].content[0]") &&
                        Contains("[0].number` at byte 3010 is true or false where"));
  CHECK(error.size() < 500);
}

TEST_CASE("payload problems: the place is found in memory of the size of the text, however deep",
          "[payloads][limits]") {
  // A way for each of these objects would come to 250 MB.
  const std::string key(std::size_t{2} << 10, 'k');
  std::string deep = "1";
  for (int level = 0; level < 500; ++level) {
    deep = "{\"" + key + "\":" + deep + "}";
  }
  const std::string text = R"({"unknown":)" + deep + R"(,"number":true})";
  const long before = most_kilobytes();
  CHECK_THAT(error_of<Box>(text), Contains("its field `number` at byte"));
  CHECK(most_kilobytes() - before < 100 << 10);
}
