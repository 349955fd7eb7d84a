// `input<T>(...)` is `T{...}` as a payload.

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/codec.hpp>
#include <duroxide/input.hpp>

using namespace duroxide;

namespace {

struct Parcel {
  std::string name;
  std::uint8_t count = 0;
  float weight = 0;
  std::vector<std::string> labels;
  bool fragile = false;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(name), CEREAL_NVP(count), CEREAL_NVP(weight), CEREAL_NVP(labels),
            CEREAL_NVP(fragile));
  }
};

template <class T>
std::string text_of(const T& value) {
  return encode_payload(value).value();
}

}  // namespace

TEST_CASE("an input is encoded as what it is made of", "[payloads]") {
  const Parcel parcel{"tea", 5, 1.5F, {"a", "b"}, true};
  const std::vector<std::string> labels{"a", "b"};
  CHECK(text_of(input<Parcel>("tea", 5, 1.5, labels, true)) == text_of(parcel));
  CHECK(text_of(input<Parcel>("tea", 5, 1.5, input<std::vector<std::string>>("a", "b"), true)) ==
        text_of(parcel));
  CHECK(text_of(input<Parcel>("tea")) == text_of(Parcel{"tea", 0, 0, {}, false}));
  CHECK(text_of(input<Parcel>()) == text_of(Parcel()));
  CHECK(text_of(input<Parcel>(parcel)) == text_of(parcel));
  CHECK(text_of(input<std::string>("plain")) == "plain");
  CHECK(text_of(input<int>(7)) == "7");
  CHECK(text_of(input<std::vector<int>>(1, 2, 3)) == "[1,2,3]");
  CHECK(text_of(input<std::vector<int>>(4)) == "[4]");
  CHECK(text_of(input<std::vector<int>>()) == "[]");
  CHECK(text_of(input<std::vector<Parcel>>(input<Parcel>("x"), parcel)) ==
        text_of(std::vector<Parcel>{Parcel{"x", 0, 0, {}, false}, parcel}));
}

TEST_CASE("an integer that a floating-point member would round is refused", "[payloads]") {
  CHECK_NOTHROW(input<std::vector<double>>(std::int64_t{1} << 62, 1));
  CHECK_NOTHROW(input<std::vector<double>>(std::numeric_limits<std::int64_t>::min(), 1));
  CHECK_THROWS_AS(input<std::vector<double>>((std::int64_t{1} << 53) + 1, 1), PayloadError);
  // Those are rounded to a number that has no place in their own type any more.
  CHECK_THROWS_AS(input<std::vector<double>>(std::numeric_limits<std::int64_t>::max(), 1),
                  PayloadError);
  CHECK_THROWS_AS(input<std::vector<double>>(std::numeric_limits<std::uint64_t>::max(), 1),
                  PayloadError);
  CHECK_THROWS_AS(input<std::vector<float>>(std::numeric_limits<std::int32_t>::max(), 1),
                  PayloadError);
}

TEST_CASE("a number that its member cannot hold is refused", "[payloads]") {
  CHECK_NOTHROW(input<Parcel>("tea", 255));
  CHECK_THROWS_AS(input<Parcel>("tea", 256), PayloadError);
  CHECK_THROWS_AS(input<Parcel>("tea", -1), PayloadError);
  CHECK_THROWS_AS(input<std::vector<unsigned>>(1, -1), PayloadError);
  CHECK_THROWS_WITH(input<std::vector<std::int16_t>>(40000), Catch::Contains("40000"));
  CHECK_NOTHROW(input<std::vector<double>>(1, 2));
  CHECK_NOTHROW(input<Parcel>("tea", 1, 0.1));
  CHECK_THROWS_AS(input<Parcel>("tea", 1, 1e300), PayloadError);
  CHECK_THROWS_AS(input<Parcel>("tea", 1, -3.5e38), PayloadError);
  CHECK_NOTHROW(input<Parcel>("tea", 1, double{std::numeric_limits<float>::max()}));
  CHECK_NOTHROW(input<Parcel>("tea", 1, std::numeric_limits<double>::infinity()));
  CHECK_NOTHROW(input<Parcel>("tea", 1, std::numeric_limits<double>::quiet_NaN()));
  static_assert(!detail::BuildableOf<std::vector<int>, double>);
  static_assert(!detail::BuildableOf<Parcel, int>);
}
