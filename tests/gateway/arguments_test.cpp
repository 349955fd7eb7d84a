// The arguments of a command, which may come from anybody.

#include <catch2/catch.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "gateway/arguments.hpp"
#include "gateway/filter_arguments.hpp"

namespace duroxide::arguments_test {

using namespace duroxide::gateway;
using nlohmann::json;

namespace {

using Type = ArgumentType;

/// A command with these arguments.
Command having(std::vector<Argument> arguments) {
  return {.name = "it", .arguments = std::move(arguments)};
}

/// What is said about a value of the argument `a`, or about its absence.
std::string refusal(const Command& command, const json& values,
                    Wording wording = Wording::request) {
  const auto read = Arguments::read(command, values, wording);
  CAPTURE(values.dump());
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == CommandError::Kind::usage);
  return read.error().message;
}

bool mentions(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("control arguments: they are read with their types", "[control]") {
  constexpr std::array<std::string_view, 2> colors{"red", "green"};
  const Command command = having({{.name = "text"},
                                  {.name = "texts", .repeats = true},
                                  {.name = "flag", .type = Type::flag},
                                  {.name = "number", .type = Type::number},
                                  {.name = "digits", .type = Type::digits, .repeats = true},
                                  {.name = "time", .type = Type::time},
                                  {.name = "duration", .type = Type::duration},
                                  {.name = "choice", .type = Type::choice, .choices = colors},
                                  {.name = "bytes"},
                                  {.name = "directory", .type = Type::directory}});
  const json values{{"text", "t"},
                    {"texts", {"a", "b"}},
                    {"flag", true},
                    {"number", 7},
                    {"digits", {"18446744073709551615"}},
                    {"time", "1970-01-01"},
                    {"duration", 7},
                    {"choice", "green"},
                    {"bytes", {{"base64", "/w=="}}},
                    {"directory", "/d"}};
  const auto read = Arguments::read(command, values);
  REQUIRE(read);
  CHECK(read->text("text") == "t");
  CHECK(read->text("bytes") == "\xff");
  CHECK(read->text("choice") == "green");
  CHECK(read->text("directory") == "/d");
  CHECK(read->texts("texts") == std::vector<std::string>{"a", "b"});
  CHECK(read->flag("flag"));
  CHECK(read->number("number") == 7);
  CHECK(read->small_number("number") == 7);
  CHECK(read->numbers("digits") ==
        std::vector<std::uint64_t>{std::numeric_limits<std::uint64_t>::max()});
  CHECK(read->duration("duration") == Milliseconds(7));
  CHECK(read->time("time") == from_milliseconds(0));
}

TEST_CASE("control arguments: what is not given, or null, is nothing or the default", "[control]") {
  const Command command = having({{.name = "text"},
                                  {.name = "texts", .repeats = true},
                                  {.name = "flag", .type = Type::flag},
                                  {.name = "number", .type = Type::number},
                                  {.name = "time", .type = Type::time},
                                  {.name = "reason", .by_default = "none given"},
                                  {.name = "limit", .type = Type::number, .by_default = 100U}});
  const json nulls{{"text", nullptr}, {"reason", nullptr}, {"limit", nullptr}, {"flag", nullptr}};
  for (const json& values : {json::object(), nulls}) {
    const auto read = Arguments::read(command, values);
    REQUIRE(read);
    CHECK_FALSE(read->has("text"));
    CHECK_FALSE(read->optional_text("text"));
    CHECK(read->text("text").empty());
    CHECK(read->texts("texts").empty());
    CHECK_FALSE(read->flag("flag"));
    CHECK_FALSE(read->number("number"));
    CHECK_FALSE(read->time("time"));
    CHECK_FALSE(read->has("limit"));
    CHECK(read->number("limit") == 100);
    CHECK(read->text("reason") == "none given");
  }
}

TEST_CASE("control arguments: what is not as it must be is refused by name", "[control]") {
  constexpr std::array<std::string_view, 2> colors{"red", "green"};
  const auto says = [](const Argument& argument, const json& value, std::string_view what) {
    const std::string said = refusal(having({argument}), {{"a", value}});
    CAPTURE(said);
    CHECK(mentions(said, "the argument `a`"));
    CHECK(mentions(said, what));
  };
  says({.name = "a"}, 5, "a text");
  says({.name = "a", .repeats = true}, "x", "a list");
  says({.name = "a", .repeats = true}, {1}, "a text");
  says({.name = "a", .type = Type::flag}, "yes", "true or false");
  for (const json& bad : {json(-1), json(1.5), json("7"), json(11)}) {
    says({.name = "a", .type = Type::number, .most = 10}, bad, "from 0 to 10");
  }
  says({.name = "a", .type = Type::number, .least = 1}, 0, "from 1 on");
  for (const char* bad : {"", "it", "-1", "1x", "18446744073709551616"}) {
    says({.name = "a", .type = Type::digits}, bad, "digits");
  }
  says({.name = "a", .type = Type::time}, "soon", "a time");
  says({.name = "a", .type = Type::duration}, max_delay.count() + 1, "milliseconds");
  says({.name = "a", .type = Type::choice, .choices = colors}, "blue", "red or green, not `blue`");
  says({.name = "a", .type = Type::choice, .choices = colors}, 5, "red or green");
  says({.name = "a", .type = Type::directory}, "relative", "absolute");
  says({.name = "a", .type = Type::directory}, 5, "absolute");
  says({.name = "a", .type = Type::time}, 5, "a time");
  // What is short is repeated, what is not is not.
  says({.name = "a", .type = Type::flag}, "yes", "not `yes`");
  CHECK_FALSE(mentions(
      refusal(having({{.name = "a", .type = Type::flag}}), {{"a", std::string(200, 'y')}}), "yyy"));
  const Command number = having({{.name = "a", .type = Type::number, .option = "--alpha"}});
  CHECK(mentions(refusal(number, {{"a", "x"}}, Wording::command_line),
                 "`--alpha` must be a whole number from 0 on, not `x`"));
  const Command flag = having({{.name = "a", .type = Type::flag}});
  CHECK(mentions(refusal(flag, {{"a", "x"}}, Wording::command_line), "the argument `a`"));
}

TEST_CASE("control arguments: what is unknown or missing is refused", "[control]") {
  const Command command =
      having({{.name = "a", .option = "-a,--alpha", .required = true},
              {.name = "here", .type = Type::flag, .option = "--here", .local = true}});
  CHECK(mentions(refusal(command, json::object()), "the argument `a` is missing"));
  CHECK(mentions(refusal(command, json::object(), Wording::command_line), "`--alpha` is missing"));
  CHECK(mentions(refusal(command, {{"a", "x"}, {"b", 1}}), "`b`"));
  CHECK(mentions(refusal(command, {{"a", "x"}, {"here", true}}), "`here`"));
  CHECK_FALSE(refusal(command, json::array()).empty());
}

TEST_CASE("control arguments: of alternatives one is given at most", "[control]") {
  Command command = having({{.name = "a"}, {.name = "b"}});
  command.alternatives = {{{"a", "b"}}};
  const json both{{"a", "x"}, {"b", "x"}};
  CHECK(mentions(refusal(command, both), "at most one of a or b"));
  CHECK(Arguments::read(command, json::object()));
  CHECK(Arguments::read(command, {{"b", "x"}}));
  command.alternatives.front().required = true;
  CHECK(mentions(refusal(command, both), "one of a or b"));
  CHECK(mentions(refusal(command, json::object()), "one of a or b"));
  CHECK(Arguments::read(command, {{"b", "x"}}));
}

TEST_CASE("control arguments: they make a filter", "[control]") {
  const json values{{"status", {"running", "failed"}},
                    {"name", "Ship"},
                    {"created_after", "1970-01-01T00:00:01Z"},
                    {"created_before", "1970-01-01T00:00:02Z"},
                    {"updated_before", "1970-01-01T00:00:03Z"},
                    {"parent", "p"},
                    {"id_prefix", "order-"},
                    {"tags", {"a", "b"}},
                    {"version", "1.2.3"},
                    {"roots_only", true},
                    {"order", "updated"},
                    {"descending", true}};
  const Command command = having(filter_arguments());
  const auto read = Arguments::read(command, values);
  REQUIRE(read);
  const InstanceFilter filter = filter_of(*read);
  CHECK(filter.status == StatusFilters{ExecutionStatus::running, ExecutionStatus::failed});
  CHECK(filter.orchestration_name == "Ship");
  CHECK(filter.created_after == from_milliseconds(1'000));
  CHECK(filter.created_before == from_milliseconds(2'000));
  CHECK(filter.updated_before == from_milliseconds(3'000));
  CHECK(filter.parent_instance == "p");
  CHECK(filter.id_prefix == "order-");
  CHECK(filter.tags == std::vector<std::string>{"a", "b"});
  CHECK(filter.version == "1.2.3");
  CHECK(filter.roots_only);
  CHECK(filter.order == InstanceOrder::updated);
  CHECK(filter.descending);
  CHECK(mentions(refusal(command, {{"status", {"frozen"}}}), "cancelled or paused, not `frozen`"));
}

TEST_CASE("control arguments: many instances are only meant if that is said", "[control]") {
  const Command command =
      having(joined(filter_arguments(), {{.name = "instance"},
                                         {.name = "limit", .type = Type::number},
                                         {.name = "everything", .type = Type::flag}}));
  const auto fits = [&](const json& values) {
    return check_choice(Arguments::read(command, values).value()).has_value();
  };
  CHECK(fits({{"instance", "i"}}));
  CHECK(fits({{"everything", true}, {"limit", 1}}));
  CHECK(fits({{"roots_only", true}}));
  CHECK_FALSE(fits(json::object()));
  CHECK_FALSE(fits({{"order", "id"}, {"descending", true}, {"roots_only", false}}));
  CHECK_FALSE(fits({{"instance", "i"}, {"name", "O"}}));
  CHECK_FALSE(fits({{"instance", "i"}, {"limit", 1}}));
}

}  // namespace duroxide::arguments_test
