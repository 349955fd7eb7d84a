// Payloads outlive the types that wrote them: members come and go.

#include <duroxide/codec.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include <cereal/types/array.hpp>
#include <cereal/types/base_class.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/variant.hpp>

namespace duroxide::payload_growth_test {

struct Address {
  std::string city = "Oslo";
  int zip = 150;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(city), CEREAL_NVP(zip));
  }
};

/// With a default for everything, and with two defaults for the zip code.
struct Order {
  std::string id = "none";
  int cents = 7;
  double weight = 1.5;
  bool paid = true;
  std::vector<std::string> goods = {"tea"};
  std::optional<int> discount = 3;
  Address from;
  Address to = {"Bergen", 5003};
  std::map<std::string, int> counts = {{"a", 1}};
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(id), CEREAL_NVP(cents), CEREAL_NVP(weight), CEREAL_NVP(paid),
            CEREAL_NVP(goods), CEREAL_NVP(discount), CEREAL_NVP(from), CEREAL_NVP(to),
            CEREAL_NVP(counts));
  }
};

/// Without initializers: `T{}` makes zeros of its numbers, `T` alone would not.
struct Bare {
  int a;
  std::string text;
  double b;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(a), CEREAL_NVP(text), CEREAL_NVP(b));
  }
  bool operator<(const Bare& other) const { return a < other.a; }
};

struct Versioned {
  int a = 1;
  std::uint32_t read = 99;
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t version) {
    archive(CEREAL_NVP(a));
    read = version;
  }
};

/// Two of it, of which the first went away, and which then changed places.
struct Pair {
  Versioned first;
  Versioned second;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(first), CEREAL_NVP(second));
  }
};
struct Second {
  Versioned second;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(second));
  }
};
struct Reordered {
  Versioned first;
  Versioned second;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(second), CEREAL_NVP(first));
  }
};
/// Takes no other members.
struct StrictVersioned {
  int a = 1;
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t /*version*/) {
    archive(CEREAL_NVP(a));
  }
};

struct Base {
  int id = 4;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(id));
  }
};
struct Derived : Base {
  Derived() { id = 5; }
  int more = 6;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("base", cereal::base_class<Base>(this)), CEREAL_NVP(more));
  }
};

/// Gives its base no name, as most do.
struct Plain : Base {
  Plain() { id = 5; }
  int more = 6;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::base_class<Base>(this), CEREAL_NVP(more));
  }
};

struct Other {
  int id = 40;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(id));
  }
};
/// Of two bases, of which the second came later.
struct Twice : Base, Other {
  int more = 6;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::base_class<Base>(this), cereal::base_class<Other>(this), CEREAL_NVP(more));
  }
};

/// Names none of its members.
struct Nameless {
  int first = 1;
  std::string second = "none";
  template <class Archive>
  void serialize(Archive& archive) {
    archive(first, second);
  }
};

/// Reads whatever members there are, by their names.
struct Open {
  std::map<std::string, int> members;
  template <class Archive>
  void save(Archive& archive) const {
    for (const auto& [name, value] : members) {
      archive(cereal::make_nvp(name, value));
    }
  }
  template <class Archive>
  void load(Archive& archive) {
    while (const char* const name = archive.getNodeName()) {
      int& value = members[name];
      archive(value);
    }
  }
};

/// With a table of virtual functions.
struct Shape {
  Shape() = default;
  Shape(const Shape&) = default;
  Shape(Shape&&) = default;
  Shape& operator=(const Shape&) = default;
  Shape& operator=(Shape&&) = default;
  virtual ~Shape() = default;
  int sides = 4;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(sides));
  }
};
struct Drawing {
  std::vector<Shape> shapes = std::vector<Shape>(1);
  Drawing() { shapes[0].sides = 9; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(shapes));
  }
};

/// Reads by way of variables.
struct Split {
  std::vector<int> items = {1};
  template <class Archive>
  void save(Archive& archive) const {
    archive(cereal::make_nvp("count", items.size()));
  }
  template <class Archive>
  void load(Archive& archive) {
    std::size_t count;  // NOLINT: as people write it
    std::string word = "left over";
    archive(CEREAL_NVP(count), CEREAL_NVP(word));
    items.assign(count, static_cast<int>(word.size()));
  }
};

/// Keeps its members elsewhere.
struct Hidden {
  struct Members {
    int count = 8;
  };
  std::shared_ptr<Members> members = std::make_shared<Members>();
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("count", members->count));
  }
};

struct Shelf {
  std::vector<Address> places = {{"Rome", 1}};
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(places));
  }
};

struct Bytes {
  std::array<unsigned char, 2> bytes = {1, 2};
  template <class Archive>
  void save(Archive& archive) const {
    archive.saveBinaryValue(bytes.data(), bytes.size(), "bytes");
  }
  template <class Archive>
  void load(Archive& archive) {
    archive.loadBinaryValue(bytes.data(), bytes.size(), "bytes");
  }
};

template <class T>
T read(const std::string& text) {
  Result<T, std::string> value = decode_payload<T>(text);
  INFO(text);
  REQUIRE(value.has_value());
  return std::move(*value);
}

}  // namespace duroxide::payload_growth_test

CEREAL_CLASS_VERSION(duroxide::payload_growth_test::Versioned, 3)
CEREAL_CLASS_VERSION(duroxide::payload_growth_test::StrictVersioned, 3)

template <>
inline constexpr bool duroxide::strict_payload<duroxide::payload_growth_test::StrictVersioned> =
    true;

namespace duroxide::payload_growth_test {

TEST_CASE("growth: an absent member has the value that a new object has", "[payloads]") {
  const std::string all = encode_payload(Order()).value();
  CHECK(encode_payload(read<Order>("{}")).value() == all);
  const auto order = read<Order>(R"({"paid":false,"to":{"zip":1},"from":{}})");
  CHECK_FALSE(order.paid);
  CHECK(order.to.city == "Bergen");
  CHECK(order.to.zip == 1);
  CHECK(order.from.city == "Oslo");
  CHECK(order.goods == std::vector<std::string>{"tea"});
  CHECK(order.discount == 3);
}

TEST_CASE("growth: any single member may be absent", "[payloads]") {
  Order order{"7", 1, 2, false, {}, {}, {"A", 1}, {"B", 2}, {}};
  const std::string text = encode_payload(order).value();
  for (const std::string name :
       {"id", "cents", "weight", "paid", "goods", "discount", "from", "to", "counts"}) {
    std::string without = text;
    const std::size_t at = without.find("\"" + name + "\":");
    REQUIRE(at != std::string::npos);
    without.replace(at + 1, name.size(), "gone");
    const Order back = read<Order>(without);
    CHECK(back.id == (name == "id" ? "none" : "7"));
    CHECK(back.cents == (name == "cents" ? 7 : 1));
    CHECK(back.paid == (name == "paid"));
    CHECK(back.goods.empty() == (name != "goods"));
    CHECK(back.discount.has_value() == (name == "discount"));
    CHECK(back.from.city == (name == "from" ? "Oslo" : "A"));
    CHECK(back.to.zip == (name == "to" ? 5003 : 2));
    CHECK(back.counts.size() == (name == "counts" ? 1 : 0));
  }
}

TEST_CASE("growth: an unknown member is passed over, whatever it holds", "[payloads]") {
  for (const std::string unknown : {"1", "\"x\"", "null", "[[1],{\"cents\":2}]", "{\"id\":{}}"}) {
    const auto order =
        read<Order>(R"({"new":)" + unknown + R"(,"id":"7","newer":)" + unknown + "}");
    CHECK(order.id == "7");
    CHECK(order.cents == 7);
  }
}

TEST_CASE("growth: elements without a value of their own begin as `T{}`", "[payloads]") {
  // What a container has read an element into may have held anything.
  CHECK(read<std::map<std::string, Bare>>(R"([{"key":"k","value":{}}])").at("k").b == 0);
  CHECK(read<std::set<Bare>>("[{}]").begin()->a == 0);
  CHECK(read<std::vector<Bare>>(R"([{"text":"x"},{"a":1}])").at(1).text.empty());
  CHECK(read<std::optional<Bare>>(R"({"nullopt":false,"data":{}})")->a == 0);
  CHECK(std::get<Bare>(read<std::variant<int, Bare>>(R"({"index":1,"data":{}})")).a == 0);
  CHECK(read<std::pair<int, Bare>>(R"({"first":1,"second":{}})").second.b == 0);
  CHECK(std::get<0>(read<std::tuple<Bare>>(R"({"tuple_element0":{}})")).b == 0);
  CHECK(read<std::array<Bare, 1>>("[{}]").front().a == 0);
  CHECK(read<std::unique_ptr<Bare>>(R"({"ptr_wrapper":{"valid":1,"data":{}}})")->a == 0);
  CHECK(read<Bare>("{}").a == 0);
}

TEST_CASE("growth: a list that a new object has does not show in the elements that are read",
          "[payloads]") {
  const auto shelf = read<Shelf>(R"({"places":[{"zip":2}]})");
  CHECK(shelf.places.at(0).city == "Oslo");
  CHECK(read<Drawing>(R"({"shapes":[{}]})").shapes.at(0).sides == 4);
}

TEST_CASE("growth: what the standard library's types are made of stays needed", "[payloads]") {
  CHECK_FALSE(decode_payload<std::optional<int>>("{}"));
  CHECK_FALSE(decode_payload<std::pair<int, int>>(R"({"second":1})"));
  CHECK_FALSE((decode_payload<std::variant<int, bool>>(R"({"data":1})")));
  CHECK_FALSE((decode_payload<std::map<int, int>>(R"([{"key":1}])")));
  CHECK_FALSE(decode_payload<std::unique_ptr<int>>(R"({"ptr_wrapper":{}})"));
  CHECK_FALSE(decode_payload<Order>(R"({"discount":{}})"));
}

TEST_CASE("growth: a type that has got a version reads what was stored without one as version 0",
          "[payloads]") {
  CHECK(read<Versioned>(R"({"a":2})").read == 0);
  CHECK(read<Versioned>(R"({"cereal_class_version":2,"a":2})").read == 2);
}

TEST_CASE("growth: each object has the version of its type", "[payloads]") {
  CHECK(encode_payload(std::vector<Versioned>(2)).value() ==
        R"([{"cereal_class_version":3,"a":1},{"cereal_class_version":3,"a":1}])");
  // The first is gone, and they are read in another order.
  const std::string text = encode_payload(Pair()).value();
  CHECK(read<Second>(text).second.read == 3);
  CHECK(read<Reordered>(text).first.read == 3);
  CHECK(read<std::vector<StrictVersioned>>(encode_payload(std::vector<StrictVersioned>(2)).value())
            .size() == 2);
}

TEST_CASE("growth: a version that stood in an object which is gone is not taken for none",
          "[payloads]") {
  // As earlier releases have written it: in the first object of the type alone.
  const std::string text = R"({"first":{"cereal_class_version":2,"a":5},"second":{"a":6}})";
  CHECK(read<Pair>(text).second.read == 2);
  CHECK_THAT(decode_payload<Second>(text).error(),
             Catch::Contains("an object of `duroxide::payload_growth_test::Versioned` has no "
                             "version, and an object that is not read has one"));
  CHECK_THAT(decode_payload<Reordered>(text).error(),
             Catch::Contains("has version 2, and one before it none"));
  CHECK(read<Second>(R"({"second":{"a":6}})").second.read == 0);
}

TEST_CASE("growth: members of a base class have the defaults of the derived one", "[payloads]") {
  CHECK(read<Derived>("{}").id == 5);
  CHECK(read<Derived>(R"({"base":{}})").id == 5);
  CHECK(read<Derived>(R"({"base":{"id":1},"more":2})").id == 1);
}

TEST_CASE("growth: a base class is read from its own member alone", "[payloads]") {
  CHECK(read<Plain>("{}").id == 5);
  CHECK(read<Plain>(R"({"value0":{}})").id == 5);
  CHECK(read<Plain>(R"({"more":1})").more == 1);
  CHECK(read<Plain>(R"({"child":{"id":9},"more":1})").id == 5);
  CHECK(read<Plain>(R"({"more":1,"value0":{"id":3}})").id == 3);
  const auto twice = read<Twice>(R"({"value0":{"id":2},"stranger":{"id":8},"more":3})");
  CHECK(static_cast<const Base&>(twice).id == 2);
  CHECK(static_cast<const Other&>(twice).id == 40);
  CHECK(twice.more == 3);
  Twice back;
  back.Other::id = 41;
  CHECK(read<Twice>(encode_payload(back).value()).Other::id == 41);
}

TEST_CASE("growth: members without names are taken by their place among such, and must be there",
          "[payloads]") {
  CHECK(read<Nameless>(R"({"new":true,"value0":5,"value1":"x"})").second == "x");
  CHECK_THAT(decode_payload<Nameless>(R"({"count":5,"text":"x"})").error(),
             Catch::Contains("the field `value0` is missing in the object at byte 0"));
  CHECK_THAT(decode_payload<Nameless>(R"({"value0":5})").error(),
             Catch::Contains("the field `value1` is missing"));
}

TEST_CASE("growth: code that asks for the next member's name takes it", "[payloads]") {
  const Open open{{{"a", 1}, {"b", 2}}};
  CHECK(read<Open>(encode_payload(open).value()).members == open.members);
}

TEST_CASE("growth: of variables that `load` reads into, numbers are 0 if there is nothing for them",
          "[payloads]") {
  CHECK(read<Split>("{}").items.empty());
  CHECK(read<Split>(R"({"count":2})").items == std::vector<int>{9, 9});
}

TEST_CASE("growth: members that an object keeps elsewhere have their defaults too", "[payloads]") {
  CHECK(read<Hidden>("{}").members->count == 8);
  CHECK(read<std::vector<Hidden>>("[{}]").at(0).members->count == 8);
  CHECK(read<Hidden>(R"({"count":2})").members->count == 2);
}

TEST_CASE("growth: bytes may be absent too", "[payloads]") {
  CHECK(read<Bytes>("{}").bytes[1] == 2);
  CHECK(read<Bytes>(R"({"bytes":"AwQ="})").bytes[1] == 4);
}

}  // namespace duroxide::payload_growth_test
