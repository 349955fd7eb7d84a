#include "cli/ui_command.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/opened_store.hpp"
#include "cli/target.hpp"
#include "cli/text.hpp"
#include "gateway/http/dashboard.hpp"
#include "gateway/http/stoppable_sink.hpp"
#include "model/file_descriptor.hpp"

namespace duroxide::cli {

namespace {

using gateway::Arguments;
using gateway::Command;
using gateway::CommandError;
using nlohmann::json;
using Type = gateway::ArgumentType;

constexpr std::string_view about_ui =
    R"(Prints a link that opens the page once, within ten minutes, and serves it at 127.0.0.1 until Ctrl-C.
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

/// In its first line. The file is looked at after it was opened, so that it cannot be another by then.
Result<std::string, CommandError> read_token(const std::string& file) {
  const auto refused = [&](const char* why) {
    return failure(gateway::usage_error("`" + file + "` " + why));
  };
  const model::FileDescriptor opened(
      ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!opened.is_open() || ::fstat(opened.get(), &info) != 0) {
    return refused("cannot be read");
  }
  if (!S_ISREG(info.st_mode) || info.st_uid != ::geteuid()) {
    return refused("is to hold a token, and is no file of this user's");
  }
  constexpr mode_t of_others = 077;
  if ((info.st_mode & of_others) != 0) {
    return refused("holds a token, and others may read it; run `chmod 600` on it");
  }
  std::array<char, 1'024> contents{};  // more than a token may have
  const ssize_t size = ::read(opened.get(), contents.data(), contents.size());
  if (size < 0) {
    return refused("cannot be read");
  }
  const std::string_view held(contents.data(), static_cast<std::size_t>(size));
  std::string token(held.substr(0, held.find('\n')));
  if (token.empty()) {
    return refused("has an empty first line, where its token should be");
  }
  return token;
}

/// As the command would, by itself, each time.
gateway::http::CarryOut carry_out_on(const std::string& store) {
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

std::string name_of(const std::string& store) {
  if (is_database(store)) {
    return shown(store);
  }
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
