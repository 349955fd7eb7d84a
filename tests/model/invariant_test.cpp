#include "model/invariant.hpp"

#include <optional>

#include <catch2/catch.hpp>

#include "model/invariant_sink.hpp"
#include "support/expect_abort.hpp"

namespace duroxide::invariant_test {

using duroxide::model::InvariantSink;
using duroxide::testing::ending_of;
using duroxide::testing::words_of_abort;

namespace {

void hold_or_end(int number) {
  DUROXIDE_INVARIANT(number > 0, "numbers are positive");
}

/// Writes what it is told to standard error, between marks.
LogSink marking_sink(std::string mark) {
  return [mark = std::move(mark)](const LogRecord& record) {
    std::fputs((mark + std::string(to_string(record.level)) + " " + record.message + mark).c_str(),
               stderr);
    std::fflush(stderr);
  };
}

}  // namespace

TEST_CASE("what holds costs nothing but a look", "[invariants]") {
  int looks = 0;
  const auto look = [&looks] { return ++looks; };
  DUROXIDE_INVARIANT(look() == 1, "it is looked at once");
  CHECK(looks == 1);
  const std::optional<int> some = 1;
  DUROXIDE_INVARIANT(some, "what converts to bool will do");
  const auto ending = ending_of([] { hold_or_end(1); });
  CHECK(ending.signal == 0);
  CHECK(ending.on_stderr.empty());
}

TEST_CASE("what does not hold ends the process and says on standard error what it was",
          "[invariants]") {
  const auto ending = ending_of([] { hold_or_end(0); });
  CHECK(ending.signal == SIGABRT);
  CHECK(ending.on_stdout.empty());
  CHECK_THAT(ending.on_stderr, Catch::Contains("What must hold: numbers are positive."));
  CHECK_THAT(ending.on_stderr, Catch::Contains("`number > 0` is false"));
  CHECK_THAT(ending.on_stderr, Catch::Contains("invariant_test.cpp:"));
  CHECK_THAT(ending.on_stderr, Catch::EndsWith("\n"));
}

TEST_CASE("a long sentence is cut, and still a line", "[invariants]") {
  const std::string words = words_of_abort(
      [] { model::invariant_is_broken("file", 1, "condition", std::string(5000, 'x').c_str()); });
  CHECK(words.size() < 1100);
  CHECK_THAT(words, Catch::Contains("What must hold: xxx"));
  CHECK_THAT(words, Catch::EndsWith("x\n"));
}

TEST_CASE("the last log sink that is kept is told as well", "[invariants][log]") {
  const std::string words = words_of_abort([] {
    const InvariantSink first(marking_sink("1"));
    const InvariantSink second(marking_sink("#"));
    { const InvariantSink gone(marking_sink("3")); }
    const InvariantSink empty{LogSink()};
    hold_or_end(0);
  });
  CHECK_THAT(words, Catch::Contains("#error duroxide has a bug"));
  CHECK_THAT(words, Catch::EndsWith("is false#"));
  CHECK_THAT(words, !Catch::Contains("1error") && !Catch::Contains("3error"));
}

TEST_CASE("a log sink that throws, or has a bug itself, is the last to be told",
          "[invariants][log]") {
  CHECK_THAT(words_of_abort([] {
               const InvariantSink sink([](const LogRecord&) { throw 1; });
               hold_or_end(0);
             }),
             Catch::EndsWith("is false\n"));
  CHECK_THAT(words_of_abort([] {
               const InvariantSink sink([](const LogRecord&) { hold_or_end(-1); });
               hold_or_end(0);
             }),
             Catch::EndsWith("is false\n"));
}

}  // namespace duroxide::invariant_test
