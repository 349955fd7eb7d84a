#include "cli/message.hpp"

#include <iostream>

#include <nlohmann/json.hpp>

#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

bool speaks_json = false;  // one thread, one command line

void write_message(const std::string& text, const json& document) {
  std::cerr << (speaks_json
                    ? printable_json(document.dump(-1, ' ', false, json::error_handler_t::replace))
                    : "duroxide: " + printable(text))
            << "\n";
}

}  // namespace

void speak_json() {
  speaks_json = true;
}

void say(const Remark& remark) {
  json content{{"message", remark.message}};
  if (!remark.warning.empty()) {
    content["kind"] = remark.warning;
  }
  write_message(remark.message, {{remark.warning.empty() ? "notice" : "warning", content}});
}

ExitCode complain(const gateway::CommandError& error) {
  const ExitCode code = exit_code_of(error.kind);
  write_message(error.message, {{"error",
                                 {{"kind", gateway::to_string(error.kind)},
                                  {"message", error.message},
                                  {"exit_code", static_cast<int>(code)}}}});
  return code;
}

}  // namespace duroxide::cli
