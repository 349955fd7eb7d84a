#include "cli/ui_command.hpp"

#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/stat.h>
#include <nlohmann/json.hpp>

#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/target.hpp"
#include "cli/text.hpp"
#include "gateway/http/dashboard.hpp"
#include "gateway/http/stoppable_sink.hpp"

namespace duroxide::cli {

namespace {

using gateway::Arguments;
using gateway::Command;
using gateway::CommandError;
using nlohmann::json;
using Type = gateway::ArgumentType;

constexpr std::string_view about_ui =
    R"(Prints a link that opens the page once, in one browser, and serves it at 127.0.0.1 until Ctrl-C.
Without --actions nothing can be changed by way of the page.

Every call asks the engine that runs on the store, if one answers, and else reads the store
itself, so engines may come and go. Programs (monitoring, curl) send the token of
--token-file as `Authorization: Bearer …`; such a file may be read by its owner only.
With --socket the page is at a Unix socket, and needs no token: only this user and root are answered.
With --json the link is a line {"link":"..."}.)";

const Command& description() {
  static const Command command{
      .name = "ui",
      .help = "Serve the dashboard of a store to a browser of this machine",
      .examples = {"duroxide --store orders ui", "duroxide --store orders ui --actions --port 8080",
                   "duroxide --store orders ui --socket /run/orders/ui.sock"},
      .details = about_ui,
      .arguments = {{.name = "port",
                     .type = Type::number,
                     .option = "-p,--port",
                     .help = "at 127.0.0.1; default: one that is free",
                     .least = 1,
                     .most = std::numeric_limits<std::uint16_t>::max()},
                    {.name = "socket",
                     .type = Type::file,
                     .option = "--socket",
                     .help = "a Unix socket instead"},
                    {.name = "actions",
                     .type = Type::flag,
                     .option = "--actions",
                     .help = "the page can also change something"},
                    {.name = "token_file",
                     .type = Type::file,
                     .option = "--token-file",
                     .help = "the token that programs send is in this file"}},
      .alternatives = {{{"port", "socket"}}, {{"socket", "token_file"}}}};
  return command;
}

/// In its only line.
Result<std::string, CommandError> read_token(const std::string& file) {
  struct stat info {};
  constexpr mode_t of_others = 077;
  if (::stat(file.c_str(), &info) == 0 && (info.st_mode & of_others) != 0) {
    return failure(gateway::usage_error("`" + file +
                                        "` holds a token, and others may read it; run "
                                        "`chmod 600` on it"));
  }
  std::ifstream stream(file);
  std::string token;
  std::getline(stream, token);
  if (!stream || token.empty()) {
    return failure(
        gateway::usage_error("`" + file + "` cannot be read, or its first line is empty"));
  }
  return token;
}

/// As the command would, by itself, each time.
gateway::http::CarryOut carry_out_on(const std::filesystem::path& store) {
  return [store](const gateway::Request& request, gateway::Sink& sink, int stop) {
    const gateway::AnswerHandlers handlers{
        [&](const json& item) { return sink.item(item); },
        [&](const json& progress) {
          Progress reached;
          reached.done = progress.value("done", std::uint64_t{0});
          reached.total = progress.value("total", std::uint64_t{0});
          return sink.progress(reached);
        }};
    return carry_out(store, request, handlers, stop);
  };
}

std::string name_of(const std::filesystem::path& store) {
  const auto path = std::filesystem::absolute(store).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

void announce(const Settings& settings, const HttpOptions& options, const std::string& link) {
  if (settings.json) {
    std::cout << json{{"link", link}}.dump() << std::endl;
    return;
  }
  std::cout << "The dashboard of `" << printable(name_of(settings.store)) << "` "
            << (options.actions() ? "(it can change the store)"
                                  : "(it only looks; --actions lets it act)")
            << (options.unix_socket().empty() ? " opens once at\n\n  " : " is at\n\n  ") << link
            << "\n\nuntil Ctrl-C.\n"
            << std::flush;
}

void wait_until_readable(int file) {
  pollfd entry{file, POLLIN, 0};
  while (::poll(&entry, 1, -1) <= 0) {
    // the signal itself
  }
}

}  // namespace

const Command& ui_command() {
  return description();
}

Result<HttpOptions, CommandError> ui_options(const Arguments& arguments) {
  HttpOptions options;
  options.port(static_cast<std::uint16_t>(arguments.number("port").value_or(0)))
      .unix_socket(arguments.text("socket"))
      .actions(arguments.flag("actions"));
  if (const auto file = arguments.optional_text("token_file")) {
    auto token = read_token(*file);
    if (!token) {
      return failure(std::move(token).error());
    }
    options.token(std::move(*token));
  }
  if (const auto problem = options.problem()) {
    return failure(gateway::usage_error(std::string(*problem)));
  }
  return options;
}

ExitCode serve_ui(const Settings& settings, const HttpOptions& options) {
  const int stop = watch_for_interrupts();
  const auto carry_out = carry_out_on(settings.store);
  gateway::http::StoppableSink sink(stop);
  if (const auto looked = carry_out({"stats", json::object()}, sink, stop); !looked) {
    return complain(looked.error());
  }
  const auto dashboard =
      gateway::http::Dashboard::start(options, name_of(settings.store), carry_out);
  if (!dashboard) {
    return complain(dashboard.error());
  }
  announce(settings, options, (*dashboard)->link());
  wait_until_readable(stop);
  return ExitCode::done;
}

}  // namespace duroxide::cli
