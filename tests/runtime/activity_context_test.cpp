// What an activity sees of its context by itself, and tokens as text.

#include <stdexcept>

#include <catch2/catch.hpp>

#include <duroxide/client.hpp>

namespace duroxide::activity_context_test {

namespace {

/// A value that cannot be written.
struct Unwritable {
  template <class Archive>
  void save(Archive&) const {
    throw std::runtime_error("no");
  }
  template <class Archive>
  void load(Archive&) {}
};

struct Heard {
  std::vector<LogRecord> logged;
  std::vector<std::string> heartbeats;

  ActivityContext context() {
    ActivityContext::Call call;
    call.instance = "i";
    call.execution_id = 1;
    call.event_id = 2;
    call.activity = "A";
    ActivityContext::Services services;
    services.log = [this](const LogRecord& line) { logged.push_back(line); };
    services.heartbeat = [this](const ActivityToken& token, std::string progress) {
      CHECK(token == ActivityToken{"i", 1, 2});
      heartbeats.push_back(std::move(progress));
    };
    return {std::move(call), std::move(services)};
  }
};

std::string parse_error(std::string_view text) {
  const auto token = ActivityToken::parse(text);
  REQUIRE_FALSE(token);
  CHECK(token.error().kind == ClientError::Kind::invalid_input);
  return token.error().message;
}

}  // namespace

TEST_CASE("tokens: as text and back", "[tokens]") {
  for (const ActivityToken& token :
       {ActivityToken{"order-7", 1, 2}, ActivityToken{"a/b//c/", 12, 345},
        ActivityToken{"/", 18'446'744'073'709'551'615U, 1}, ActivityToken{"\u00e9 \u6f22", 1, 10},
        ActivityToken{"1/2/x", 3, 4}, ActivityToken{"order-7", 1, 2, 1},
        ActivityToken{"i0/1/2/x", 3, 4}, ActivityToken{"i0/1/2/x", 3, 4, ~std::uint64_t{0}}}) {
    const auto parsed = ActivityToken::parse(token.to_string());
    REQUIRE(parsed);
    CHECK(*parsed == token);
  }
  CHECK(ActivityToken{"order-7", 1, 2}.to_string() == "1/2/order-7");
  CHECK(ActivityToken{"order-7", 1, 2, 0xC0FFEE}.to_string() == "i0000000000c0ffee/1/2/order-7");
}

TEST_CASE("tokens: every mistake is told", "[tokens]") {
  for (const char* text : {"",
                           "/",
                           "//",
                           "1",
                           "1/",
                           "1/2",
                           "1/2x/i",
                           "x/2/i",
                           "-1/2/i",
                           "+1/2/i",
                           " 1/2/i",
                           "0/2/i",
                           "1/0/i",
                           "01/2/i",
                           "/2/i",
                           "1//i",
                           "18446744073709551616/2/i",
                           "1.0/2/i",
                           "0x1/2/i",
                           "i0000000000c0ffee",
                           "i0000000000c0ffee/",
                           "i0000000000c0ffee/1/i",
                           "ic0ffee/1/2/i",
                           "i0000000000000000/1/2/i",
                           "i0000000000C0FFEE/1/2/i",
                           "i00000000000c0ffee/1/2/i",
                           "i-000000000c0ffee/1/2/i",
                           "j0000000000c0ffee/1/2/i"}) {
    CAPTURE(text);
    CHECK(parse_error(text).find("is not of the form incarnation/execution/event/instance") !=
          std::string::npos);
  }
  CHECK(parse_error("1/2/") == "the activity token is wrong: the instance id is empty");
  CHECK(parse_error("1/2/\xff").find("UTF-8") != std::string::npos);
  CHECK(parse_error(std::string_view("1/2/a\0b", 7)).find("zero byte") != std::string::npos);
  CHECK(parse_error("1/2/" + std::string(256, 'x')).find("256 bytes") != std::string::npos);
}

TEST_CASE("activity context: heartbeats are typed", "[activities][heartbeats]") {
  Heard heard;
  const auto context = heard.context();
  context.heartbeat(7);
  context.heartbeat(std::string("text"));
  context.heartbeat(std::vector<int>{1, 2});
  CHECK(heard.heartbeats == std::vector<std::string>{"7", "text", "[1,2]"});
  CHECK_FALSE(context.last_heartbeat());
}

TEST_CASE("activity context: a heartbeat that cannot be sent is dropped with a warning",
          "[activities][heartbeats]") {
  Heard heard;
  const auto context = heard.context();
  SECTION("too large") {
    context.heartbeat(std::string(65'536, 'x'));
    CHECK(heard.heartbeats.size() == 1);
    context.heartbeat(std::string(65'537, 'x'));
    CHECK(heard.heartbeats.size() == 1);
    REQUIRE(heard.logged.size() == 1);
    CHECK(heard.logged[0].message.find("65537 bytes") != std::string::npos);
  }
  SECTION("not to be encoded") {
    context.heartbeat(Unwritable());
    CHECK(heard.heartbeats.empty());
    REQUIRE(heard.logged.size() == 1);
    CHECK(heard.logged[0].message.find("cannot encode the payload: no") != std::string::npos);
  }
  CHECK(heard.logged[0].level == LogLevel::warn);
  CHECK(heard.logged[0].activity == "A");
  CHECK(heard.logged[0].instance == "i");
}

TEST_CASE("activity context: without services it does nothing, and says so of the client",
          "[activities]") {
  const ActivityContext context({}, {});
  context.heartbeat(1);
  context.log_error("nobody hears it");
  CHECK_FALSE(context.is_cancelled());
  CHECK_THROWS_AS(context.client(), std::logic_error);
}

TEST_CASE("activity context: completing later gives the token", "[tokens][activities]") {
  Heard heard;
  auto context = heard.context();
  CHECK_FALSE(context.completes_later());
  CHECK(context.complete_later() == ActivityToken{"i", 1, 2});
  CHECK(context.completes_later());
}

}  // namespace duroxide::activity_context_test
