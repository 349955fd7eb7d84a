// Commands that take instances up again, elsewhere or at an earlier point.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>
#include <utility>

#include "cli/show.hpp"
#include "cli/subcommands.hpp"
#include "cli/text.hpp"
#include "gateway/json_text.hpp"
#include "gateway/private_file.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

void add_rewind(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "rewind", "Take a failed instance up again before its failure",
                              {"duroxide --store orders rewind order-7",
                               "duroxide --store orders rewind order-7 --event 12 --yes",
                               "duroxide --store orders rewind order-7 --skip 13"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  number_option(command, arguments, "--event", "event",
                "the last event to keep; default: all before the failure");
  texts_option(
      command, arguments, "--skip", "skip",
      "do not deliver this event again, a raised one or a message of a queue; may be given "
      "several times");
  command->final_callback([&invocation, arguments] {
    invocation.request = {"rewind", *arguments};
    invocation.show = show_restored;
    invocation.question = [](const json&) { return "Drop the events after that for good?"; };
  });
}

void add_messages(CLI::App& app, Invocation& invocation) {
  auto* command =
      add_command(app, "messages", "Show what an instance has been sent and its code has not seen",
                  {"duroxide --store orders messages order-7"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  command->final_callback([&invocation, arguments] {
    invocation.request = {"messages", *arguments};
    invocation.show = show_messages;
  });
}

void add_drop(CLI::App& app, Invocation& invocation) {
  auto* command =
      add_command(app, "drop", "Drop a raised event or a message of a queue that waits or is kept",
                  {"duroxide --store orders drop order-7 1099511627777 --yes"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  text_option(command, arguments, "message", "message", "its number, as `messages` shows it")
      ->required();
  command->final_callback([&invocation, arguments] {
    invocation.request = {"drop", *arguments};
    invocation.show = show_dropped;
    invocation.question = [](const json&) { return "Drop the message for good?"; };
  });
}

void add_fork(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "fork", "Start a new instance with the history of another",
                              {"duroxide --store orders fork order-7 order-7-again --event 12"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "the one to copy")->required();
  text_option(command, arguments, "new-instance", "new_instance", "the id of the new one")
      ->required();
  number_option(command, arguments, "-e,--execution", "execution", "default: the current one");
  number_option(command, arguments, "--event", "event", "the last event to keep; default: all");
  command->final_callback([&invocation, arguments] {
    invocation.request = {"fork", *arguments};
    invocation.show = show_restored;
  });
}

/// The document itself, to standard output or into a file, for people and programs alike.
void write_document(const std::string& file, Output& output, const json& result) {
  const std::string document = printable_json(text_at(result, "document"));
  if (file.empty() || file == "-") {
    output.line(document);
    return;
  }
  auto written = gateway::write_private_file(file, document + "\n");
  if (!written) {
    output.fail(std::move(written).error());
  } else if (*written) {
    say({std::move(**written), "file"});
  }
}

void add_export(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "export", "Write an instance, with all its events, as JSON",
                              {"duroxide --store orders export order-7 > order-7.json",
                               "duroxide --store orders export order-7 --output order-7.json"});
  const auto arguments = new_arguments();
  const auto file = std::make_shared<std::string>();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  command->add_option("-o,--output", *file, "into this file")->type_name("FILE");
  command->final_callback([&invocation, arguments, file] {
    invocation.request = {"export", *arguments};
    invocation.show = [file](Output& output, const json& result) {
      write_document(*file, output, result);
    };
    invocation.write_for_programs = invocation.show;
  });
}

std::string read_document(const std::string& file) {
  if (file == "-") {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  }
  if (std::error_code ignored; std::filesystem::is_directory(file, ignored)) {
    throw gateway::CommandFailure(gateway::CommandError::Kind::usage,
                                  "`" + file + "` cannot be read: it is a directory");
  }
  std::ifstream stream(file, std::ios::binary);
  std::string document{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream) {
    throw gateway::CommandFailure(gateway::CommandError::Kind::usage,
                                  "`" + file + "` cannot be read");
  }
  return document;
}

void add_import(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "import", "Bring an exported instance into the store",
                              {"duroxide --store copy import order-7.json",
                               "duroxide --store orders import order-7.json --as order-8"});
  const auto arguments = new_arguments();
  const auto file = std::make_shared<std::string>();
  command->add_option("file", *file, "what `export` has written; `-` for standard input")
      ->required()
      ->type_name("FILE");
  text_option(command, arguments, "--as", "new_instance", "under this id instead of its own");
  command->final_callback([&invocation, arguments, file] {
    invocation.request = {"import", *arguments};
    invocation.request.arguments["document"] = gateway::json_of_text(read_document(*file));
    invocation.show = show_restored;
  });
}

}  // namespace

void add_restoring_subcommands(CLI::App& app, Invocation& invocation) {
  add_rewind(app, invocation);
  add_messages(app, invocation);
  add_drop(app, invocation);
  add_fork(app, invocation);
  add_export(app, invocation);
  add_import(app, invocation);
}

}  // namespace duroxide::cli
