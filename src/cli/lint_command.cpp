#include "cli/lint_command.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/text.hpp"
#include "lint/lint.hpp"

namespace duroxide::cli {

namespace {

using gateway::Arguments;
using gateway::Command;
using gateway::CommandError;
using lint::Finding;
using Type = gateway::ArgumentType;

std::vector<std::string_view> rule_names() {
  std::vector<std::string_view> names;
  for (const lint::Rule& rule : lint::rules()) {
    names.push_back(rule.name);
  }
  return names;
}

std::string details_of_lint() {
  std::string text = "Rules:\n";
  for (const lint::Rule& rule : lint::rules()) {
    text.append("  ").append(rule.name).append(14 - rule.name.size(), ' ');
    text.append(rule.help).append("\n");
  }
  text.append(
      "\nOrchestration code is every function and lambda that returns a Task and takes an\n"
      "OrchestrationContext, with the lambdas in it. Sources are read word by word, not compiled: "
      "what\n"
      "a function calls is not followed.\n\n"
      "A comment silences a rule for its line, or, alone above a line or a function, for that:\n"
      "  // duroxide-lint: allow(clock) it only goes into the log\n\n"
      "Exit codes: 0 nothing found, 1 something found, 2 a file that cannot be read.");
  return text;
}

Result<lint::Text, CommandError> read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    return failure(gateway::usage_error("cannot read " + path.string()));
  }
  return lint::Text{path.string(), std::move(content)};
}

std::string answer_of(const std::vector<Finding>& findings, std::size_t files) {
  std::string answer;
  for (const Finding& each : findings) {
    answer.append(printable(lint::text_of(each))).append("\n");
  }
  answer.append(std::to_string(files)).append(files == 1 ? " file, " : " files, ");
  if (findings.empty()) {
    return answer.append("nothing found\n");
  }
  answer.append(std::to_string(findings.size()));
  return answer.append(findings.size() == 1 ? " finding\n" : " findings\n");
}

std::string json_of(const std::vector<Finding>& findings, std::size_t files) {
  auto list = nlohmann::json::array();
  for (const Finding& each : findings) {
    list.push_back({{"file", each.file},
                    {"line", each.line},
                    {"column", each.column},
                    {"rule", each.rule},
                    {"message", each.message}});
  }
  const nlohmann::json document{{"files", files}, {"findings", std::move(list)}};
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

const Command& lint_command() {
  static const std::vector<std::string_view> names = rule_names();
  static const std::string details = details_of_lint();
  static const Command command{
      .name = "lint",
      .help = "Look in sources for what orchestration code must not do",
      .examples = {"duroxide lint src", "duroxide lint --rule no-local --rule clock orders.cpp"},
      .details = details,
      .arguments = {{.name = "paths",
                     .type = Type::file,
                     .option = "paths",
                     .help = "sources, and directories with sources in them",
                     .required = true,
                     .repeats = true},
                    {.name = "rules",
                     .type = Type::choice,
                     .option = "--rule",
                     .help = "look for this alone",
                     .repeats = true,
                     .choices = names}}};
  return command;
}

Result<Order, CommandError> order_of_lint(const Arguments& arguments, bool json) {
  std::vector<std::filesystem::path> named;
  for (const std::string& path : arguments.texts("paths")) {
    named.emplace_back(path);
  }
  std::vector<std::filesystem::path> missing;
  const auto files = lint::sources_in(named, missing);
  if (!missing.empty()) {
    return failure(gateway::usage_error("cannot read " + missing.front().string() +
                                        ": there is no such file or directory, or it is closed"));
  }
  std::vector<lint::Text> texts;
  for (const std::filesystem::path& file : files) {
    auto text = read_text(file);
    if (!text) {
      return failure(std::move(text).error());
    }
    texts.push_back(std::move(*text));
  }
  auto findings = lint::look_at(texts);
  const std::vector<std::string> wanted = arguments.texts("rules");
  if (!wanted.empty()) {
    const auto is_unwanted = [&](const Finding& each) {
      return std::find(wanted.begin(), wanted.end(), each.rule) == wanted.end();
    };
    findings.erase(std::remove_if(findings.begin(), findings.end(), is_unwanted), findings.end());
  }
  return Order{.answer = json ? json_of(findings, files.size()) : answer_of(findings, files.size()),
               .settings = {},
               .invocation = {},
               .answered = findings.empty() ? ExitCode::done : ExitCode::failed};
}

}  // namespace duroxide::cli
