// A result that is a temporary must not hand out references into itself.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/handlers.hpp>
#include <duroxide/result.hpp>

using namespace duroxide;

namespace {

using NamesResult = Result<std::vector<std::string>, std::string>;
using Owner = Result<std::unique_ptr<int>, std::string>;

// Two types, and as good as one.
static_assert(std::is_convertible_v<Result<void, int>, Result<Nothing, int>>);
static_assert(std::is_convertible_v<Result<Nothing, int>, Result<void, int>>);

/// A value that can neither be copied nor moved: made in its place.
struct Pinned {
  explicit Pinned(int value) : code(value) {}
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  int code;
};

template <class R>
concept HasArrow = requires(R&& result) {
  std::forward<R>(result).operator->();
};

template <class R>
using ValueOf = decltype(std::declval<R>().value());
template <class R>
using StarOf = decltype(*std::declval<R>());
template <class R>
using ErrorOf = decltype(std::declval<R>().error());

// What each call returns on a named result …
static_assert(std::is_same_v<ValueOf<NamesResult&>, std::vector<std::string>&>);
static_assert(std::is_same_v<ValueOf<const NamesResult&>, const std::vector<std::string>&>);
static_assert(std::is_same_v<StarOf<NamesResult&>, std::vector<std::string>&>);
static_assert(std::is_same_v<StarOf<const NamesResult&>, const std::vector<std::string>&>);
static_assert(std::is_same_v<ErrorOf<NamesResult&>, std::string&>);
static_assert(std::is_same_v<ErrorOf<const NamesResult&>, const std::string&>);
static_assert(HasArrow<NamesResult&> && HasArrow<const NamesResult&>);
// … and on a temporary one.
static_assert(std::is_same_v<ValueOf<NamesResult>, std::vector<std::string>>);
static_assert(std::is_same_v<ValueOf<const NamesResult>, std::vector<std::string>>);
static_assert(std::is_same_v<StarOf<NamesResult>, std::vector<std::string>>);
static_assert(std::is_same_v<StarOf<const NamesResult>, std::vector<std::string>>);
static_assert(std::is_same_v<ErrorOf<NamesResult>, std::string>);
static_assert(std::is_same_v<ErrorOf<const NamesResult>, std::string>);
static_assert(!HasArrow<NamesResult> && !HasArrow<const NamesResult>);
static_assert(std::is_same_v<ValueOf<Owner>, std::unique_ptr<int>>);

static_assert(std::is_convertible_v<Result<void, int>, Result<Nothing, int>>);
static_assert(std::is_convertible_v<Result<void, int>, Result<void, long>>);
static_assert(std::is_same_v<ValueOf<Result<void, int>>, Nothing>);

// Conversions are those of std::expected.
static_assert(std::is_convertible_v<const char*, Result<std::string, int>>);
static_assert(std::is_convertible_v<tl::unexpected<const char*>, NamesResult>);
static_assert(std::is_convertible_v<Result<const char*, int>, Result<std::string, long>>);
static_assert(std::is_convertible_v<tl::expected<int, int>, Result<int, int>>);
static_assert(std::is_convertible_v<Result<int, int>, tl::expected<int, int>>);
static_assert(!std::is_convertible_v<int, Result<std::unique_ptr<int>, std::string>>);
static_assert(!std::is_convertible_v<NamesResult, bool> &&
              std::is_constructible_v<bool, NamesResult>);
static_assert(!std::is_constructible_v<Result<bool, int>, Result<std::string, int>>);
static_assert(!std::is_copy_constructible_v<Owner> && std::is_nothrow_move_constructible_v<Owner>);
static_assert(!std::is_move_constructible_v<Result<Pinned, int>>);

/// Long enough not to lie inside the string object.
NamesResult names() {
  return std::vector<std::string>{"the first of two names, far from short",
                                  "the second of two names, far from short"};
}
NamesResult refused() {
  return failure("the reason of the refusal, far from short");
}

}  // namespace

TEST_CASE("a range-for over the value of a temporary result", "[results]") {
  std::string all;
  for (auto& each : names().value()) {
    all += each + ".";
  }
  for (const auto& each : *names()) {
    all += each + ".";
  }
  const auto expected = names().value();
  CHECK(all == expected[0] + "." + expected[1] + "." + expected[0] + "." + expected[1] + ".");
}

TEST_CASE("a reference to what a temporary result held", "[results]") {
  const auto& kept = names().value();
  auto&& star = *names();
  const std::string& reason = refused().error();
  CHECK(kept.at(1) == "the second of two names, far from short");
  CHECK(star.at(0) == "the first of two names, far from short");
  CHECK(reason == "the reason of the refusal, far from short");
  for (const char c : refused().error()) {
    CHECK(c != '\0');
  }
}

TEST_CASE("a value on an error throws what it holds", "[results]") {
  CHECK_THROWS_AS(refused().value(), tl::bad_expected_access<std::string>);
  const NamesResult kept = refused();
  CHECK_THROWS_AS(kept.value(), tl::bad_expected_access<std::string>);
}

TEST_CASE("what cannot be copied, or not even moved, can be held", "[results]") {
  Owner owner = std::make_unique<int>(7);
  REQUIRE(owner);
  CHECK(**owner == 7);
  const std::unique_ptr<int> taken = std::move(owner).value();
  CHECK(*taken == 7);
  const Owner none = failure("gone");
  CHECK(none.error() == "gone");

  Result<int, std::unique_ptr<int>> refusal = failure(std::make_unique<int>(3));
  REQUIRE(!refusal);
  CHECK(*refusal.error() == 3);
  const std::unique_ptr<int> reason = std::move(refusal).error();
  CHECK(*reason == 3);
  const Result<Pinned, int> value(tl::in_place, 4);
  CHECK(value->code == 4);
  CHECK(value.value().code == 4);
}

TEST_CASE("results compare with results, values and failures", "[results]") {
  const Result<int, std::string> three = 3;
  const Result<int, std::string> bad = failure("bad");
  CHECK(three == 3);
  CHECK(3 == three);
  CHECK(three != 4);
  CHECK(bad != 3);
  CHECK(bad == failure("bad"));
  CHECK(three != failure("bad"));
  CHECK((three == Result<long, std::string>(3)));
  CHECK((three != bad));
  CHECK((Result<void, int>() == Result<void, int>()));
}

TEST_CASE("results compare integers as numbers, whatever their sign", "[results]") {
  const Result<std::uint64_t, int> three = 3U;
  CHECK(three == 3);
  CHECK(3 == three);
  CHECK(three != -3);
  CHECK((three == Result<int, long>(3)));
  const Result<std::uint64_t, std::uint32_t> largest = std::numeric_limits<std::uint64_t>::max();
  CHECK(largest != -1);
  CHECK(Result<int, int>(-1) != std::numeric_limits<unsigned>::max());
  const Result<std::uint64_t, std::uint32_t> bad = failure(7);
  CHECK(bad == failure(7));
  CHECK(Result<bool, int>(true) == true);
  CHECK(Result<char, int>('a') == 'a');
}

TEST_CASE("steps on a result keep what a temporary held", "[results]") {
  const auto count = [](const std::vector<std::string>& all) { return all.size(); };
  CHECK(names().map(count) == std::size_t{2});
  CHECK(refused().map(count) == failure("the reason of the refusal, far from short"));
  CHECK(refused().map_error([](const std::string& e) { return e.size(); }).error() == 41);
  const auto first = [](std::vector<std::string> all) -> Result<std::string, std::string> {
    return all.at(0);
  };
  for (const char c : names().and_then(first).value()) {
    CHECK(c != '\0');
  }
  const auto none = [](const std::string&) { return NamesResult(); };
  CHECK(refused().or_else(none).value().empty());
  CHECK(refused().value_or(std::vector<std::string>()).empty());
  bool seen = false;
  CHECK(refused().or_else([&](const std::string&) { seen = true; }).error().size() == 41);
  CHECK(seen);
  std::size_t sum = 0;
  const Result<void, std::string> done =
      names().map([&](const std::vector<std::string>& all) { sum = all.size(); });
  CHECK((done && sum == 2));
  Owner owner = std::make_unique<int>(7);
  CHECK(std::move(owner).map([](std::unique_ptr<int> p) { return *p + 1; }) == 8);
}

namespace {

template <class T, class E>
constexpr bool holds_void(const Result<T, E>&) {
  return std::is_void_v<T>;
}

/// Not for streams, but with a text.
struct Told {
  int code = 0;
  [[nodiscard]] std::string to_string() const { return "code " + std::to_string(code); }
};
struct Untold {};

template <class T, class E>
std::string printed(const Result<T, E>& result) {
  return Catch::Detail::stringify(result);
}

}  // namespace

TEST_CASE("a template deduces what a result is of", "[results]") {
  CHECK(holds_void(Result<void, int>()));
  CHECK_FALSE(holds_void(Result<int, int>(1)));
  static_assert(std::is_same_v<Result<void, int>::value_type, Nothing>);
  const Result<void, long> wider = Result<void, int>(failure(7));
  CHECK(wider == failure(7));
}

TEST_CASE("a result is printed as its value or its error", "[results]") {
  CHECK(printed(Result<int, std::string>(7)) == "7");
  CHECK(printed(Result<int, std::string>(failure("no"))) == "error: no");
  CHECK(printed(Result<void, int>()) == "success");
  CHECK(printed(Result<void, Told>(failure(Told{3}))) == "error: code 3");
  CHECK(printed(Result<Told, int>(Told{4})) == "code 4");
  CHECK(printed(Result<Untold, Untold>(Untold())) == "(no text)");
  CHECK(printed(Result<int, ClientError>(failure(ClientError{
            ClientError::Kind::timeout, "it took too long"}))) == "error: it took too long");
}

TEST_CASE("an activity may return a plain tl::expected", "[results]") {
  const auto handler =
      detail::make_activity_handler([](int number) -> tl::expected<int, std::string> {
        if (number < 0) {
          return tl::make_unexpected(std::string("negative"));
        }
        return number + 1;
      });
  const auto without_value =
      detail::make_activity_handler([]() -> tl::expected<void, std::string> { return {}; });
  static_assert(std::is_same_v<detail::PassedOn<tl::expected<int, int>>::Type, int>);
  static_assert(std::is_same_v<detail::PassedOn<tl::expected<void, int>>::Type, void>);
  static_assert(std::is_same_v<detail::PassedOn<Result<void, int>>::Type, void>);
  CHECK(handler);
  CHECK(without_value);
}
