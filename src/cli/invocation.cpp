#include "cli/invocation.hpp"

#include <cstdio>
#include <iostream>
#include <string>
#include <utility>

#include <unistd.h>

#include "cli/interrupt.hpp"
#include "cli/target.hpp"
#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

using gateway::CommandError;
using nlohmann::json;

/// A line on standard error that is written over again and again, if that is a terminal.
class ProgressDisplay {
 public:
  ~ProgressDisplay() { clear(); }
  ProgressDisplay() = default;
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void show(const json& progress) {
    if (::isatty(STDERR_FILENO) != 0) {
      std::string text = progress.value("done", json()).dump();
      if (const json total = progress.value("total", json()); total != 0) {  // else nobody knows
        text += " of " + total.dump();
      }
      std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
      shown_ = true;
    }
  }
  void clear() {
    if (std::exchange(shown_, false)) {
      std::fputs("\r\x1b[K", stderr);
    }
  }

 private:
  bool shown_ = false;
};

/// Whether the user wants it. Nobody is asked where nobody can answer.
Result<void, CommandError> confirm(const Settings& settings, const Invocation& invocation,
                                   int stop) {
  if (!invocation.question || settings.yes) {
    return {};
  }
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
    return failure(
        CommandError{CommandError::Kind::usage,
                     "people are asked before this is done, and nobody can answer here; say "
                     "--yes to do it without a question"});
  }
  json found;
  if (invocation.preview) {
    const gateway::AnswerHandlers ignore{[](const json&) { return true; },
                                         [](const json&) { return true; }};
    auto preview = carry_out(settings.store, *invocation.preview, ignore, stop);
    if (!preview) {
      return failure(preview.error());
    }
    found = std::move(*preview);
  }
  std::cerr << printable(invocation.question(found)) << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer != "y" && answer != "Y" && answer != "yes") {
    return failure(CommandError{CommandError::Kind::interrupted, "nothing was done"});
  }
  return {};
}

ExitCode show_result(Output& output, const Invocation& invocation, const json& result) {
  if (!output.json()) {
    invocation.show(output, result);
  } else if (invocation.write_for_programs) {
    invocation.write_for_programs(output, result);
  } else if (!invocation.show_item) {
    output.document(result);
  }
  return invocation.judge ? invocation.judge(result) : ExitCode::done;
}

}  // namespace

ExitCode run_invocation(const Settings& settings, const Invocation& invocation) {
  const int stop = watch_for_interrupts();
  if (const auto wanted = confirm(settings, invocation, stop); !wanted) {
    return complain(wanted.error());
  }
  Output output(settings.json, settings.color);
  ProgressDisplay display;
  const gateway::AnswerHandlers handlers{[&](const json& item) {
                                           display.clear();
                                           if (output.json()) {
                                             output.json_line(item);
                                           } else if (invocation.show_item) {
                                             invocation.show_item(output, item);
                                           }
                                           return output.flush().has_value();
                                         },
                                         [&](const json& progress) {
                                           display.show(progress);
                                           return true;
                                         }};
  const auto result = invocation.carry_out
                          ? invocation.carry_out(handlers, stop)
                          : carry_out(settings.store, invocation.request, handlers, stop);
  display.clear();
  const auto items_written = output.flush();
  output.leave_screen();  // which would take along what is said now
  if (!result || !items_written) {
    return complain(items_written ? result.error() : items_written.error());
  }
  const ExitCode code = show_result(output, invocation, *result);
  if (const auto written = output.flush(); !written) {
    return complain(written.error());
  }
  if (const auto remark = invocation.notice ? invocation.notice(*result) : std::nullopt) {
    say(*remark);
  }
  return code;
}

}  // namespace duroxide::cli
