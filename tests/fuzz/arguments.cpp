// Command lines. Each is an order, an answer such as help, or a mistake of its user's that is told.
//
// Input: the words, each with a zero byte behind it, as a process gets them.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "cli/order.hpp"
#include "cli/program.hpp"
#include "fuzz/target.hpp"
#include "gateway/wire.hpp"

namespace duroxide::fuzz {

const char* const target_name = "arguments";

namespace {

std::vector<std::string> words_of(std::string_view input) {
  std::vector<std::string> words;
  while (!input.empty()) {
    const std::size_t end = input.find('\0');
    words.emplace_back(input.substr(0, end));
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  return words;
}

/// Whether a word names a file, or standard input, that would be read: what is in it is no part of the
/// input.
bool reads_files(const std::vector<std::string>& words) {
  for (const auto& word : cli::read_words(words)) {
    const bool is_file =
        word.awaits != nullptr && word.awaits->type == gateway::ArgumentType::content;
    if (is_file || (word.command != nullptr && word.command->name == "import")) {
      return true;
    }
  }
  return false;
}

}  // namespace

void try_input(std::string_view input) {
  const auto words = words_of(input);
  (void)cli::asks_for_json(words);
  if (reads_files(words)) {
    return;
  }
  const auto order = cli::read_order(words);
  if (!order) {
    require(cli::exit_code_of(order.error().kind) == cli::ExitCode::usage,
            "a command line was refused as what it is not: " + order.error().message);
    require(!order.error().message.empty(), "a command line was refused without a reason");
    return;
  }
  if (!order->answer.empty()) {
    return;
  }
  require(!order->settings.store.empty(), "an order is for no store");
  const auto& request = order->invocation.request;
  require(gateway::find_command(request.command) != nullptr,
          "an order is for a command that there is not: " + request.command);
  const auto sent = gateway::decode_request(gateway::encode_request(request));
  require(sent.has_value() && sent->command == request.command, "an order cannot be sent");
}

std::vector<Sample> samples() {
  std::vector<Sample> found;
  const auto add = [&](const std::string& name, const std::vector<std::string>& words) {
    std::string bytes;
    for (const std::string& word : words) {
      bytes += word + '\0';
    }
    found.push_back({name, bytes});
  };
  add("nothing", {});
  add("help", {"--help"});
  add("version", {"--version"});
  add("completion", {"completion", "bash"});
  add("misspelt", {"--store", "s", "lst"});
  add("color", {"--store=s", "--color", "never", "--json", "-y", "list", "--limit=5"});
  add("dashes", {"--store", "s", "show", "--", "--id"});
  for (const gateway::Command* command : cli::commands()) {
    if (command->name == "import" || command->name == "completion") {
      continue;
    }
    add("help-" + std::string(command->name), {std::string(command->name), "--help"});
    for (const std::string_view example : command->examples) {
      std::vector<std::string> words;
      for (std::size_t at = example.find(' '); at < example.size();) {
        const std::size_t end = std::min(example.find(' ', at + 1), example.size());
        words.emplace_back(example.substr(at + 1, end - at - 1));
        at = end;
      }
      add("example-" + std::to_string(found.size()), words);
    }
  }
  return found;
}

}  // namespace duroxide::fuzz
