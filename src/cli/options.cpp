#include <algorithm>
#include <charconv>
#include <utility>

#include "cli/subcommands.hpp"
#include "gateway/json_text.hpp"
#include "gateway/time_text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

std::string moment(const std::string& text) {
  if (const auto age = gateway::parse_duration(text)) {
    return gateway::time_text(system_clock()->now() - *age);
  }
  const auto time = gateway::parse_time(text);
  if (!time) {
    throw CLI::ValidationError("`" + text +
                               "` is no time; write 2026-01-31, 2026-01-31T08:15:00, or an age "
                               "such as 2h or 7d");
  }
  return gateway::time_text(*time);
}

/// In decimal digits and nothing else.
std::uint64_t number(const std::string& text, std::uint64_t least) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < least) {
    throw CLI::ValidationError("`" + text + "` is no whole number from " + std::to_string(least) +
                               " on");
  }
  return value;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
  return text;
}

/// An option whose value `convert` makes a JSON value of.
template <class Convert>
CLI::Option* option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                    const std::string& argument, const std::string& description,
                    const Convert& convert) {
  return command->add_option_function<std::string>(
      flags,
      [arguments, argument, convert](const std::string& text) {
        (*arguments)[argument] = convert(text);
      },
      description);
}

}  // namespace

Arguments new_arguments() {
  return std::make_shared<json>(json::object());
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& description,
                      const std::vector<std::string>& examples) {
  std::string footer = examples.size() == 1 ? "Example:" : "Examples:";
  for (const std::string& example : examples) {
    footer += "\n  " + example;
  }
  CLI::App* command = app.add_subcommand(name, description);
  command->footer(footer);
  return command;
}

CLI::Option* text_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                         const std::string& argument, const std::string& description) {
  return option(command, arguments, flags, argument, description,
                [](const std::string& text) { return gateway::json_of_text(text); })
      ->type_name("TEXT");
}

CLI::Option* number_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                           const std::string& argument, const std::string& description,
                           std::uint64_t least) {
  return option(command, arguments, flags, argument, description,
                [least](const std::string& text) { return number(text, least); })
      ->type_name("N");
}

CLI::Option* flag_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                         const std::string& argument, const std::string& description) {
  return command->add_flag_callback(
      flags, [arguments, argument] { (*arguments)[argument] = true; }, description);
}

CLI::Option* time_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                         const std::string& argument, const std::string& description) {
  return option(command, arguments, flags, argument, description, moment)->type_name("TIME");
}

CLI::Option* duration_option(CLI::App* command, const Arguments& arguments,
                             const std::string& flags, const std::string& argument,
                             const std::string& description) {
  return option(command, arguments, flags, argument, description,
                [](const std::string& text) {
                  const auto duration = gateway::parse_duration(text);
                  if (!duration) {
                    throw CLI::ValidationError("`" + text +
                                               "` is no duration; write 500ms, 30s, 5m, 2h or 7d");
                  }
                  return duration->count();
                })
      ->type_name("DURATION");
}

CLI::Option* texts_option(CLI::App* command, const Arguments& arguments, const std::string& flags,
                          const std::string& argument, const std::string& description) {
  return command
      ->add_option_function<std::vector<std::string>>(
          flags,
          [arguments, argument](const std::vector<std::string>& texts) {
            json& list = (*arguments)[argument] = json::array();
            for (const std::string& text : texts) {
              list.push_back(gateway::json_of_text(text));
            }
          },
          description)
      ->allow_extra_args(false)  // what follows is another argument
      ->type_name("TEXT");
}

CLI::Option* tags_option(CLI::App* command, const Arguments& arguments,
                         const std::string& description) {
  return texts_option(command, arguments, "--tag", "tags", description);
}

void add_filter_options(CLI::App* command, const Arguments& arguments) {
  command
      ->add_option_function<std::vector<std::string>>(
          "-s,--status",
          [arguments](const std::vector<std::string>& statuses) {
            json& list = (*arguments)["status"] = json::array();
            for (const std::string& status : statuses) {
              list.push_back(lower(status));
            }
          },
          "running, completed, failed, cancelled or paused; several are separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("STATUS");
  text_option(command, arguments, "-n,--name", "name", "orchestrations of this name");
  time_option(command, arguments, "--since", "created_after", "created at or after");
  time_option(command, arguments, "--until", "created_before", "created before");
  time_option(command, arguments, "--unchanged-since", "updated_before", "last changed before");
  text_option(command, arguments, "--parent", "parent", "children of this instance");
  text_option(command, arguments, "--prefix", "id_prefix", "ids that begin so");
  tags_option(command, arguments, "started with this tag; all of them if given several times");
  text_option(command, arguments, "--of-version", "version", "of this version");
  flag_option(command, arguments, "--roots", "roots_only", "no children");
}

}  // namespace duroxide::cli
