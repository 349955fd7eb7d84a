// Requests and answers as lines.

#include <catch2/catch.hpp>

#include "gateway/wire.hpp"

using namespace duroxide::gateway;
using nlohmann::json;

TEST_CASE("control wire: a request is the same again", "[control]") {
  const auto request = decode_request(encode_request({"list", {{"limit", 5}}}));
  REQUIRE(request);
  CHECK(request->command == "list");
  CHECK(request->arguments == json{{"limit", 5}});
  CHECK(decode_request(R"({"version":1,"command":"stats"})").value().arguments == json::object());
}

TEST_CASE("control wire: what is no request of this version is refused", "[control]") {
  for (const std::string& line :
       {std::string(), std::string("list"), std::string("[]"), std::string("{}"),
        std::string(R"({"version":2,"command":"list"})"),
        std::string(R"({"version":"1","command":"list"})"), std::string(R"({"version":1})"),
        std::string(R"({"version":1,"command":7})"), std::string(100'000, '['),
        std::string("\xff\xfe"), std::string("{\"version\":1,\"command\":\"\xff\"}")}) {
    CAPTURE(line.substr(0, 40));
    const auto request = decode_request(line);
    REQUIRE_FALSE(request);
    CHECK(request.error().kind == CommandError::Kind::usage);
  }
}

TEST_CASE("control wire: a line that is nested too deep is refused, however deep", "[control]") {
  for (const std::size_t depth : {100U, 100'000U, 1'000'000U}) {
    const std::string line = R"({"version":1,"command":"list","arguments":{"a":)" +
                             std::string(depth, '[') + std::string(depth, ']') + "}}";
    CHECK_FALSE(decode_request(line));
  }
}

TEST_CASE("control wire: an answer is the same again, on one line", "[control]") {
  const json value{{"text", "two\nlines"}};
  const std::string line = encode_answer(ResultLine{value});
  CHECK(line.find('\n') == std::string::npos);
  CHECK(std::get<ResultLine>(decode_answer(line).value()).value == value);
  CHECK(std::get<Item>(decode_answer(encode_answer(Item{value})).value()).value == value);
  CHECK(std::get<ProgressLine>(decode_answer(encode_answer(ProgressLine{value})).value()).value ==
        value);
  for (const auto kind :
       {CommandError::Kind::failed, CommandError::Kind::usage, CommandError::Kind::not_found,
        CommandError::Kind::store, CommandError::Kind::refused, CommandError::Kind::interrupted}) {
    const CommandError error{kind, "why"};
    CHECK(std::get<CommandError>(decode_answer(encode_answer(error)).value()) == error);
  }
}

TEST_CASE("control wire: what is no answer is refused", "[control]") {
  for (const char* line :
       {"", "[]", "{}", R"({"other":1})", R"({"result":1,"item":2})", "{\"result\":"}) {
    CAPTURE(line);
    CHECK_FALSE(decode_answer(line));
  }
  CHECK(std::get<CommandError>(decode_answer(R"({"error":5})").value()).kind ==
        CommandError::Kind::failed);
  const auto odd = decode_answer(R"({"error":{"kind":"odd","message":7}})").value();
  CHECK(std::get<CommandError>(odd) == CommandError(CommandError::Kind::failed, ""));
}

TEST_CASE("control wire: bytes that are not UTF-8 do not break a line", "[control]") {
  CHECK(decode_answer(encode_answer(CommandError{CommandError::Kind::failed, "\xff"})).has_value());
}
