#include "model/inline_function.hpp"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "support/expect_abort.hpp"

namespace duroxide::inline_function_test {

using duroxide::testing::words_of_abort;
using Adder = model::InlineFunction<int(int)>;

namespace {

/// Small enough to be kept in place, or not.
template <std::size_t bytes>
struct Padded {
  std::shared_ptr<int> sum = std::make_shared<int>(0);
  std::array<char, bytes> padding{};

  int operator()(int more) { return *sum += more; }
};

/// A function that is given lives as long as its copies, and no longer.
template <class Given>
void check_lifetime() {
  Given given;
  const std::weak_ptr<int> alive = given.sum;
  {
    Adder adds = std::move(given);
    CHECK(adds(2) == 2);
    const Adder copy = adds;
    CHECK(copy(3) == 5);  // both refer to the same sum
    Adder moved = std::move(adds);
    CHECK_FALSE(adds);  // NOLINT: it says so
    CHECK(moved(1) == 6);
    adds = copy;
    CHECK(alive.use_count() == 3);
    adds = nullptr;
    CHECK(alive.use_count() == 2);
    moved = copy;
    CHECK(alive.use_count() == 2);
  }
  CHECK(alive.expired());
}

}  // namespace

TEST_CASE("a function that is kept in place is copied, moved and destroyed like any value",
          "[values]") {
  SECTION("in place") {
    check_lifetime<Padded<8>>();
  }
  SECTION("too large for that") {
    check_lifetime<Padded<200>>();
  }
}

TEST_CASE("a function that is kept in place has a state of its own", "[values]") {
  Adder counts = [calls = 0](int step) mutable { return calls += step; };
  Adder copy = counts;
  CHECK(counts(1) == 1);
  CHECK(counts(1) == 2);
  CHECK(copy(1) == 1);
}

TEST_CASE("what a function returns beyond what is asked for is dropped", "[values]") {
  std::string told;
  const model::InlineFunction<void(std::string)> tells = [&told](std::string text) {
    told = std::move(text);
    return 1;
  };
  tells("text");
  CHECK(told == "text");
}

TEST_CASE("a function that is not there is not called", "[invariants][values]") {
  CHECK_FALSE(Adder());
  CHECK_FALSE(Adder(nullptr));
  CHECK_FALSE(Adder(std::function<int(int)>()));
  CHECK_FALSE(Adder(static_cast<int (*)(int)>(nullptr)));
  CHECK(Adder(std::function<int(int)>([](int more) { return more; }))(2) == 2);
  CHECK_THAT(words_of_abort([] { (void)Adder()(1); }),
             Catch::Contains("a function that is called is there"));
}

}  // namespace duroxide::inline_function_test
