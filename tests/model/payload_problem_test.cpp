// What a payload that is not of the type asked for is refused with.

#include <duroxide/duroxide.hpp>

#include <catch2/catch.hpp>

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

template <class T>
std::string error_of(const std::string& text) {
  const auto value = decode_payload<T>(text);
  return value ? "it was decoded" : value.error();
}

}  // namespace

TEST_CASE("payload problems: the type is named as its author writes it", "[payloads]") {
  CHECK(detail::type_name(typeid(int)) == "int");
  CHECK(detail::type_name(typeid(std::string)) == "std::string");
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
      Row{error_of<Order>(R"({"id":"7","items":[]})"),
          "the field `paid` is missing in the object at byte 0"},
      Row{error_of<Order>(items + R"({"name":"b","price":"x","count":2}],"paid":true})"),
          "its field `items[1].price` at byte 72 is a text where a number is expected"},
      Row{error_of<Order>(items + R"({"name":"b","price":2,"count":2.5}],"paid":true})"),
          "its field `items[1].count` at byte 82 is the number 2.5"},
      Row{error_of<Order>(items + R"({"name":"b","price":2}],"paid":true})"),
          "the field `count` is missing"},
      Row{error_of<Order>(R"({"id":"7","items":{"x":1},"paid":true})"),
          "its field `items` at byte 18 is an object where a list is expected"});
  CHECK_THAT(row.error, Contains(row.problem) && Contains("payload"));
}

TEST_CASE("payload problems: the beginning of the text is shown", "[payloads]") {
  CHECK_THAT(error_of<int>("notanumber"), Catch::EndsWith(": `notanumber`"));
  CHECK_THAT(error_of<int>(std::string(100, 'x')), Contains("`" + std::string(80, 'x') + "…`"));
}
