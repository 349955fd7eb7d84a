// The command `duroxide`: looks at stores and acts on them.

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/completion.hpp"
#include "cli/invocation.hpp"
#include "cli/order.hpp"
#include "cli/text.hpp"
#include "cli/ui_command.hpp"

namespace {

using namespace duroxide::cli;
using duroxide::gateway::CommandError;

/// Whether a shell takes it as one word that does nothing. An id may hold anything.
bool is_plain(std::string_view word) {
  constexpr std::string_view signs = "_.:@/=+,%-";
  return printable(word) == word && std::all_of(word.begin(), word.end(), [&](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                  static_cast<unsigned char>(c) >= 0x80 || signs.find(c) != std::string_view::npos;
         });
}

/// For the scripts of `completion`. Half a command line is no command line, so it is not parsed.
ExitCode complete_words(const std::vector<std::string>& words) {
  const char* store = std::getenv("DUROXIDE_STORE");  // NOLINT: nobody sets it meanwhile
  for (const std::string& word : completions(store == nullptr ? "" : store, words)) {
    if (is_plain(word)) {
      std::cout << word << "\n";
    }
  }
  return ExitCode::done;
}

ExitCode run(const std::vector<std::string>& words) {
  if (!words.empty() && words.front() == "complete-words") {
    return complete_words({words.begin() + 1, words.end()});
  }
  if (asks_for_json(words)) {
    speak_json();
  }
  const auto order = read_order(words);
  if (!order) {
    return complain(order.error());
  }
  if (!order->answer.empty()) {
    std::cout << order->answer;
    return order->answered;
  }
  if (order->served) {
    return serve_ui(order->settings, *order->served);
  }
  return run_invocation(order->settings, order->invocation);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return static_cast<int>(run({argv + std::min(argc, 1), argv + argc}));
  } catch (const std::exception& failed) {
    return static_cast<int>(complain({CommandError::Kind::failed, failed.what()}));
  }
}
