// Texts that somebody else has chosen, on a terminal and in a log.

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <duroxide/log.hpp>

#include "model/printable.hpp"

using namespace duroxide;
using duroxide::model::printable;
using duroxide::model::printable_json;

namespace {

/// What `write` puts on standard error.
template <class Write>
std::string on_standard_error(const Write& write) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const int before = ::dup(STDERR_FILENO);
  REQUIRE(::dup2(ends[1], STDERR_FILENO) >= 0);
  write();
  REQUIRE(::dup2(before, STDERR_FILENO) >= 0);
  ::close(before);
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  return text;
}

const std::string evil = "a\nb\x1b[2J\x7f\xc2\x9b\xe2\x80\xae\xe2\x81\xa6\xff";
const std::string tamed = "a\\nb\\x1b[2J\\x7f\\u009b\\u202e\\u2066\\xff";

LogRecord evil_record() {
  LogRecord record;
  record.level = LogLevel::error;
  record.message = "broken: " + evil;
  record.instance = evil;
  record.orchestration = "O orchestration=P";
  record.version = "1.0\r";
  record.activity = "say \"hi\"";
  return record;
}

}  // namespace

TEST_CASE("printable: what would steer a terminal or a reader is written out", "[model]") {
  CHECK(printable(evil) == tamed);
  CHECK(printable("\t\r\0x") == "\\t\\r");
  CHECK(printable(std::string("\0", 1)) == "\\x00");
  for (const auto& [text, expected] :
       std::vector<std::pair<std::string, std::string>>{{"\xd8\x9c", "\\u061c"},
                                                        {"\xe2\x80\x8e", "\\u200e"},
                                                        {"\xe2\x80\x8f", "\\u200f"},
                                                        {"\xe2\x80\xa8", "\\u2028"},
                                                        {"\xe2\x80\xaa", "\\u202a"},
                                                        {"\xe2\x80\xad", "\\u202d"},
                                                        {"\xe2\x81\xa9", "\\u2069"},
                                                        {"\xc2\x80", "\\u0080"}}) {
    CHECK(printable(text) == expected);
  }
}

TEST_CASE("printable: other texts stay as they are", "[model]") {
  for (const char* text : {"", "plain `text` \\n", "grün", "日本語", "😀", "עברית", "a\u00a0b"}) {
    CHECK(printable(text) == text);
  }
}

TEST_CASE("printable: bytes that are no UTF-8 are told as such", "[model]") {
  CHECK(printable("\x80") == "\\x80");
  CHECK(printable("\xc3") == "\\xc3");
  CHECK(printable("\xc3(") == "\\xc3(");
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
  CHECK(printable("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");           // overlong
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // half of a pair
  CHECK(printable("\xf5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");  // beyond the last
}

TEST_CASE("printable: JSON keeps its data", "[model]") {
  const nlohmann::json value{{"id", "a\nb\x1b\x7f\xc2\x9b\xe2\x80\xae grün"}};
  const std::string text = printable_json(value.dump(2));
  for (const char* raw : {"\x1b", "\x7f", "\xc2\x9b", "\xe2\x80\xae"}) {
    CHECK(text.find(raw) == std::string::npos);
  }
  CHECK(text.find("grün") != std::string::npos);
  CHECK(text.find('\n') != std::string::npos);
  CHECK(nlohmann::json::parse(text) == value);
}

TEST_CASE("log: a line is one line, whatever the fields hold", "[model][log]") {
  const std::string text =
      on_standard_error([] { stderr_log_sink(LogLevel::warn)(evil_record()); });
  CAPTURE(text);
  REQUIRE_FALSE(text.empty());
  CHECK(text.find('\n') == text.size() - 1);
  for (const char byte : text.substr(0, text.size() - 1)) {
    CHECK(static_cast<unsigned char>(byte) >= 0x20U);
  }
  CHECK(text.find("broken: " + tamed + " instance=" + tamed) != std::string::npos);
  // A value cannot pass for another field.
  CHECK(text.find(" orchestration=\"O orchestration=P\"") != std::string::npos);
  CHECK(text.find(" version=1.0\\r ") != std::string::npos);
  CHECK(text.find(" activity=\"say \\\"hi\\\"\"") != std::string::npos);
}

TEST_CASE("log: a sink of one's own gets what was said, and can have the line", "[model][log]") {
  std::string instance;
  std::string line;
  const LogSink sink = [&](const LogRecord& record) {
    instance = record.instance;
    line = to_line(record);
  };
  sink(evil_record());
  CHECK(instance == evil);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find("instance=" + tamed) != std::string::npos);
}
