// The arguments of a command, which may come from anybody.

#include <catch2/catch.hpp>

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "gateway/arguments.hpp"
#include "gateway/command_error.hpp"
#include "gateway/filter_arguments.hpp"

using namespace duroxide;
using namespace duroxide::gateway;
using nlohmann::json;

namespace {

/// A command with these arguments.
Command having(std::vector<Argument> arguments) {
  return {.name = "it", .arguments = std::move(arguments)};
}

/// What is said about it.
template <class Read>
std::string refusal(const json& values, const Read& read) {
  try {
    const Command command = having({{.name = "a"}});
    read(Arguments(values, command));
  } catch (const CommandFailure& failed) {
    CHECK(failed.error().kind == CommandError::Kind::usage);
    return failed.error().message;
  }
  return "";
}

}  // namespace

TEST_CASE("control arguments: they are read with their types", "[control]") {
  const json values{{"text", "t"},    {"texts", {"a", "b"}},  {"flag", true},
                    {"number", 7},    {"time", "1970-01-01"}, {"bytes", {{"base64", "/w=="}}},
                    {"none", nullptr}};
  const Command command = having({{.name = "text"},
                                  {.name = "texts"},
                                  {.name = "flag"},
                                  {.name = "number"},
                                  {.name = "time"},
                                  {.name = "bytes"},
                                  {.name = "none"},
                                  {.name = "other"}});
  const Arguments arguments(values, command);
  CHECK(arguments.text("text") == "t");
  CHECK(arguments.text("bytes") == "\xff");
  CHECK(arguments.texts("texts") == std::vector<std::string>{"a", "b"});
  CHECK(arguments.flag("flag"));
  CHECK(arguments.number("number") == 7);
  CHECK(arguments.small_number("number") == 7);
  CHECK(arguments.duration("number") == Milliseconds(7));
  CHECK(arguments.time("time") == from_milliseconds(0));
  for (const char* name : {"none", "other"}) {
    CHECK_FALSE(arguments.has(name));
    CHECK_FALSE(arguments.optional_text(name));
    CHECK_FALSE(arguments.flag(name));
    CHECK_FALSE(arguments.number(name));
    CHECK_FALSE(arguments.time(name));
    CHECK(arguments.texts(name).empty());
  }
}

TEST_CASE("control arguments: what is not as it must be is refused by name", "[control]") {
  const auto read_text = [](const Arguments& a) { (void)a.text("a"); };
  const auto read_texts = [](const Arguments& a) { (void)a.texts("a"); };
  const auto read_flag = [](const Arguments& a) { (void)a.flag("a"); };
  const auto read_number = [](const Arguments& a) { (void)a.number("a", 10); };
  const auto read_time = [](const Arguments& a) { (void)a.time("a"); };
  const auto read_nothing = [](const Arguments&) {};
  CHECK(refusal(json::object(), read_text).find("`a` is missing") != std::string::npos);
  CHECK(refusal({{"a", 5}}, read_text).find("`a`") != std::string::npos);
  CHECK(refusal({{"a", "x"}}, read_texts).find("`a`") != std::string::npos);
  CHECK(refusal({{"a", {1}}}, read_texts).find("`a`") != std::string::npos);
  CHECK(refusal({{"a", "yes"}}, read_flag).find("`a`") != std::string::npos);
  for (const json& bad : {json(-1), json(1.5), json("7"), json(11)}) {
    CHECK(refusal({{"a", bad}}, read_number).find("from 0 to 10") != std::string::npos);
  }
  const auto read_limit = [](const Arguments& a) { (void)a.small_number("a", 1); };
  CHECK(refusal({{"a", 0}}, read_limit).find("from 1 to 4294967295") != std::string::npos);
  CHECK(refusal({{"a", 1}}, read_limit).empty());
  CHECK(refusal({{"a", "soon"}}, read_time).find("`a`") != std::string::npos);
  CHECK(refusal({{"b", 1}}, read_nothing).find("`b`") != std::string::npos);
  CHECK_FALSE(refusal(json::array(), read_nothing).empty());
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
  const Arguments arguments(values, command);
  const InstanceFilter filter = filter_of(arguments);
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
  CHECK_NOTHROW(check_choice(arguments));
  const json frozen{{"status", {"frozen"}}};
  CHECK_THROWS_AS(filter_of(Arguments(frozen, command)), CommandFailure);
}
