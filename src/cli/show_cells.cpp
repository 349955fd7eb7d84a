#include <nlohmann/json.hpp>

#include "cli/show.hpp"
#include "gateway/json_text.hpp"
#include "gateway/time_text.hpp"

namespace duroxide::cli {

using nlohmann::json;

std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) {
    return {};
  }
  if (found->is_string()) {
    return found->get<std::string>();
  }
  const auto bytes = gateway::text_of_json(*found);
  return bytes ? "(" + std::to_string(bytes->size()) + " bytes)" : found->dump();
}

std::string number_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_number() ? "-" : found->dump();
}

namespace {

/// The first so many characters of `2026-01-31T08:15:00.250Z`.
std::string time_to(std::size_t size, const json& object, const char* name) {
  std::string text = text_at(object, name);
  if (text.size() < size) {
    return "-";
  }
  text[10] = ' ';
  return text.substr(0, size);
}

}  // namespace

std::string time_at(const json& object, const char* name) {
  return time_to(19, object, name);
}

std::string exact_time_at(const json& object, const char* name) {
  return time_to(23, object, name);
}

std::string age_at(const Output& output, const json& object, const char* name) {
  const auto time = gateway::parse_time(text_at(object, name));
  return time ? gateway::duration_text(output.now() - *time) : "-";
}

Cell status_cell(const json& summary) {
  std::string status = text_at(summary, "status");
  if (summary.value("cancelled", false)) {
    status = "Cancelled";
  }
  return {status, color_of(status)};
}

}  // namespace duroxide::cli
