#pragma once

// What goes over the control socket: lines of JSON. One request a connection,
//
//   {"version":1,"command":"list","arguments":{"limit":10}}
//
// and for an answer any number of `{"item":…}` and `{"progress":…}`, and then one `{"result":…}` or
// `{"error":{"kind":…,"message":…}}`.

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"

namespace duroxide::gateway {

inline constexpr std::string_view socket_file_name = "duroxide.sock";
inline constexpr unsigned wire_version = 1;

struct Request {
  std::string command;
  nlohmann::json arguments = nlohmann::json::object();
};

[[nodiscard]] std::string encode_request(const Request& request);
/// Errors: `usage`, for whatever is no request of this version.
[[nodiscard]] Result<Request, CommandError> decode_request(std::string_view line);

/// One line of an answer.
struct Item {
  nlohmann::json value;
};
struct ProgressLine {
  nlohmann::json value;
};
struct ResultLine {
  nlohmann::json value;
};
using AnswerLine = std::variant<Item, ProgressLine, ResultLine, CommandError>;

[[nodiscard]] std::string encode_answer(const AnswerLine& line);
/// Errors: `failed`, for whatever is no line of an answer.
[[nodiscard]] Result<AnswerLine, CommandError> decode_answer(std::string_view line);

/// What anybody sent, if it is an object of JSON; null if it is something else, or nested so deep (64) that
/// no request or answer is.
[[nodiscard]] nlohmann::json parse_object(std::string_view text);

/// One line, without its end. Bytes that are not UTF-8 become replacement characters.
[[nodiscard]] std::string to_line(const nlohmann::json& value);

}  // namespace duroxide::gateway
