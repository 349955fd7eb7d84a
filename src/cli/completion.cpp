#include "cli/completion.hpp"

#include <algorithm>
#include <array>

#include "cli/command_line.hpp"
#include "cli/interrupt.hpp"
#include "cli/target.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

// Both shells ask the command itself, so that they always know what this release knows.

constexpr const char* bash_script = R"(# duroxide completion for bash:
#   source <(duroxide completion bash)
_duroxide() {
  local IFS=$'\n' cur=${COMP_WORDS[COMP_CWORD]} cword=$COMP_CWORD
  local -a words=("${COMP_WORDS[@]}")
  # Ids may have colons, at which bash would end a word.
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n := -c cur -i cword -w words
  fi
  # shellcheck disable=SC2207  # one word a line
  COMPREPLY=($(duroxide complete-words "${words[@]:1:cword}" 2>/dev/null))
  if declare -F __ltrim_colon_completions >/dev/null; then
    __ltrim_colon_completions "$cur"
  fi
}
complete -o default -F _duroxide duroxide
)";

constexpr const char* zsh_script = R"(#compdef duroxide
# duroxide completion for zsh:
#   source <(duroxide completion zsh)
_duroxide() {
  local -a words_found
  words_found=("${(@f)$(duroxide complete-words "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${words_found[1]}" ]]; then
    compadd -a words_found
  else
    _files
  fi
}
compdef _duroxide duroxide
)";

/// The command line up to the word that is to be completed.
struct Position {
  CLI::App* command = nullptr;  ///< none yet: the application itself
  std::string store;
  std::size_t positionals = 0;  ///< of the command, before the last word
  std::string option;           ///< whose value the last word is
};

Position find_position(CLI::App& app, const std::string& default_store,
                       const std::vector<std::string>& words) {
  Position position;
  position.store = default_store;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    const CLI::App& here = position.command == nullptr ? app : *position.command;
    if (!position.option.empty()) {
      if (position.option == "--store") {
        position.store = word;
      }
      position.option.clear();
    } else if (word.starts_with("--store=")) {
      position.store = word.substr(std::string("--store=").size());
    } else if (word.starts_with("-")) {
      if (takes_value(here, word) || takes_value(app, word)) {
        position.option = word;
      }
    } else if (position.command == nullptr) {
      const auto named =
          app.get_subcommands([&](const CLI::App* each) { return each->get_name() == word; });
      position.command = named.empty() ? nullptr : named.front();
    } else {
      ++position.positionals;
    }
  }
  return position;
}

void add_from_store(const Position& position, const std::string& of, const std::string& prefix,
                    std::vector<std::string>& words) {
  const gateway::AnswerHandlers ignore{[](const json&) { return true; },
                                       [](const json&) { return true; }};
  const auto found = carry_out(position.store, {"complete", {{"of", of}, {"prefix", prefix}}},
                               ignore, watch_for_interrupts());
  if (found) {
    for (const json& word : (*found)["words"]) {
      words.push_back(word.get<std::string>());
    }
  }
}

/// What the word that is no option is: `instances`, `orchestrations`, or nothing that is known.
std::string kind_of_word(const Position& position) {
  const std::string name = position.command->get_name();
  if (position.option == "--name" || position.option == "-n" ||
      position.option == "--orchestration" || (name == "start" && position.positionals == 0)) {
    return "orchestrations";
  }
  if (position.option == "--parent" || position.option == "--prefix") {
    return "instances";
  }
  constexpr std::array<std::string_view, 17> about_instances{
      "show",    "history", "tree",  "tail",   "raise",    "cancel", "terminate", "pause", "resume",
      "release", "delete",  "prune", "rewind", "messages", "drop",   "fork",      "export"};
  const bool is_about_one =
      std::find(about_instances.begin(), about_instances.end(), name) != about_instances.end();
  return position.option.empty() && position.positionals == 0 && is_about_one ? "instances" : "";
}

}  // namespace

std::string completion_script(const std::string& shell) {
  return shell == "bash" ? bash_script : shell == "zsh" ? zsh_script : "";
}

std::vector<std::string> completions(CLI::App& app, const std::string& default_store,
                                     const std::vector<std::string>& words) {
  const std::string last = words.empty() ? std::string() : words.back();
  const Position position = find_position(app, default_store, words);
  std::vector<std::string> found;
  if (position.option.empty() && last.starts_with("-")) {
    found = long_options(position.command == nullptr ? app : *position.command);
  } else if (position.option.empty() && position.command == nullptr) {
    for (const CLI::App* command : app.get_subcommands({})) {
      found.push_back(command->get_name());
    }
  } else if (position.option == "--status" || position.option == "-s") {
    found = {"running", "completed", "failed", "cancelled", "paused"};
  } else if (position.option == "--order") {
    found = {"created", "updated", "id"};
  } else if (position.option == "--color") {
    found = {"auto", "always", "never"};
  } else if (position.command != nullptr) {
    if (const std::string of = kind_of_word(position); !of.empty()) {
      add_from_store(position, of, last, found);
    }
  }
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const std::string& word) { return !word.starts_with(last); }),
              found.end());
  return found;
}

}  // namespace duroxide::cli
