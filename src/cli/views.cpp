#include "cli/views.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/show.hpp"
#include "cli/text.hpp"
#include "gateway/arguments.hpp"
#include "gateway/json_text.hpp"
#include "gateway/private_file.hpp"

namespace duroxide::cli {

namespace {

using gateway::Command;
using gateway::CommandError;
using nlohmann::json;

/// Those of the arguments that the command has in its requests.
gateway::Request request_of(const Command& command, const json& given) {
  gateway::Request request{std::string(command.name), json::object()};
  for (const auto& [name, value] : given.items()) {
    const auto* argument = gateway::find_argument(command, name);
    if (argument != nullptr && !argument->local) {
      request.arguments[name] = value;
    }
  }
  return request;
}

/// A table needs to know its widest row; rows come in blocks, each aligned for itself.
void list_all(Invocation& invocation) {
  struct Block {
    Table table = instance_table();
    std::size_t rows = 0;
  };
  constexpr std::size_t block_rows = 1000;
  const auto block = std::make_shared<Block>();
  invocation.request.command = "list_all";
  invocation.show_item = [block](Output& output, const json& item) {
    add_instance(output, block->table, item);
    if (++block->rows == block_rows) {
      block->table.print(output);
      *block = Block();
    }
  };
  invocation.show = [block](Output& output, const json& result) {
    if (!block->table.empty()) {
      block->table.print(output);
    }
    output.line(output.paint(Color::dim, number_at(result, "count") + " instances"));
  };
}

/// What comes first: of times the newest, of ids the first, unless something else was asked for.
void adapt_list(Invocation& invocation, const json& given) {
  const bool descends = given.value("order", json("created")) != "id";
  const bool reverse = given.value("reverse", false);
  if (!given.value("descending", false) && !given.value("ascending", false)) {
    invocation.request.arguments["descending"] = descends != reverse;
  }
  if (given.value("all", false)) {
    list_all(invocation);
  }
}

void adapt_tail(Invocation& invocation, const json& given) {
  if (!given.contains("instance")) {
    invocation.show_item = show_change;
    return;
  }
  invocation.show_item = show_event;
  invocation.write_for_programs = [](Output& output, const json& result) {
    output.json_line(result);
  };
  invocation.notice = tail_notice;
}

void adapt_top(Invocation& invocation, const json& given) {
  constexpr std::size_t above_rows = 10;  // lines, and one below that stays empty
  const std::size_t lines = invocation.for_programs ? 0 : Output::height();
  if (lines > 0 && !given.contains("rows")) {
    invocation.request.arguments["rows"] =
        std::min<std::size_t>(lines > above_rows ? lines - above_rows : 0, 100);
  }
  if (given.value("once", false)) {
    return;
  }
  invocation.show_item = redraw_top;
  invocation.write_for_programs = [](Output& output, const json& result) {
    output.json_line(result);
  };
  invocation.notice = top_notice;
}

void adapt_verify(Invocation& invocation, const json&) {
  invocation.judge = [](const json& result) {
    return result.value("clean", false) ? ExitCode::done : ExitCode::problems;
  };
}

void adapt_start(Invocation& invocation, const json& given) {
  if (given.value("reuse", json()) == "terminate") {
    invocation.question = [](const json&) {
      return std::string(
          "If there is an instance of that id, end it and delete it for good, with everything "
          "below "
          "it?");
    };
  }
  invocation.notice = [](const json& result) -> std::optional<Remark> {
    const auto found = result.find("warning");
    if (found == result.end()) {
      return std::nullopt;
    }
    return Remark{text_at(*found, "message"), text_at(*found, "kind")};
  };
}

void adapt_delete(Invocation& invocation, const json& given) {
  if (given.value("dry_run", false)) {
    invocation.question = nullptr;
    return;
  }
  invocation.preview = invocation.request;
  invocation.preview->arguments["dry_run"] = true;
  invocation.question = [](const json& preview) {
    return "Delete " + std::to_string(preview["would_delete"].size()) +
           " instances (and what is below them) for good?";
  };
}

void adapt_prune(Invocation& invocation, const json& given) {
  if (given.contains("instance")) {
    return;
  }
  invocation.preview = request_of(*gateway::find_command("count"), given);
  invocation.question = [given](const json& preview) {
    const auto count = preview.value("count", std::uint64_t{0});
    return "Prune up to " + std::to_string(std::min(count, given.value("limit", count))) +
           " instances?";
  };
}

/// What is said of a command that acts on many: before, and of those to which it was done.
struct BulkWords {
  std::string_view command;
  std::string_view question;  ///< how many instances stand in the place of `#`
  std::string_view done;
  std::string_view along{};  ///< what it is done to beside them; empty for nothing
};

constexpr std::array bulk_words{
    BulkWords{"raise", "Send it to # instances?", "told"},
    BulkWords{"cancel", "Ask # instances to stop, and their children with them?", "asked to stop",
              "their children"},
    BulkWords{"terminate",
              "End # instances for good, and their children with them, without a chance for their "
              "code to clean up?",
              "ended", "their children"},
    BulkWords{"pause", "Pause # instances?", "paused"},
    BulkWords{"resume", "Resume # instances?", "resumed"},
    BulkWords{"rewind",
              "Rewind # instances, and their failed children with them, and drop the events after "
              "that for good?",
              "rewound", "their failed children"},
};

/// What the command came to as a whole.
ExitCode judge_bulk(const json& result) {
  if (result.contains("stopped_by")) {
    return ExitCode::failed;
  }
  return result.value("refused", std::uint64_t{0}) == 0 ? ExitCode::done : ExitCode::refused;
}

/// That it is not done to all, or that what was resumed stays paused with more than itself.
std::optional<Remark> bulk_notice(const json& result) {
  if (const auto stopped = result.find("stopped_by"); stopped != result.end()) {
    return Remark{"it was not done to the rest: " + text_at(*stopped, "message"), "stopped"};
  }
  if (const auto refused = result.value("refused", std::uint64_t{0}); refused != 0) {
    return Remark{"of some instances it was refused: " + std::to_string(refused) +
                      "; the result says of which, and why",
                  "refused"};
  }
  const auto paused = result.find("still_paused");
  if (paused == result.end()) {
    return std::nullopt;
  }
  std::string said;
  for (const json& each : *paused) {
    const bool store = each.value("scope", json()) == "store";
    said.append(said.empty() ? "" : "; ")
        .append(store ? "the whole store is paused, which `resume --everything` ends"
                      : "the orchestration " + text_at(each, "name") +
                            " is paused, which `resume --orchestration` with its name ends");
  }
  return Remark{"--all resumes instances that are paused by themselves; " + said, "still_paused"};
}

void adapt_bulk(Invocation& invocation, const json& given) {
  if (!given.value("all", false)) {
    return;
  }
  const std::string& command = invocation.request.command;
  const BulkWords words =
      *std::find_if(bulk_words.begin(), bulk_words.end(),
                    [&](const BulkWords& each) { return each.command == command; });
  const std::string would = "would_" + command;
  if (given.value("dry_run", false)) {
    invocation.question = nullptr;
    invocation.show = [would, words](Output& output, const json& result) {
      show_would(output, result[would], words.done, words.along);
    };
    return;
  }
  invocation.preview = invocation.request;
  invocation.preview->arguments["only_count"] = true;
  invocation.question = [question = std::string(words.question)](const json& preview) {
    std::string asked = question;
    return asked.replace(asked.find('#'), 1, number_at(preview, "count"));
  };
  invocation.show = [done = words.done](Output& output, const json& result) {
    show_bulk(output, result, done);
  };
  invocation.judge = judge_bulk;
  invocation.notice = bulk_notice;
}

/// With `--all` no instance is named, so the event is the first word.
void adapt_raise(Invocation& invocation, const json& given) {
  json& arguments = invocation.request.arguments;
  if (given.value("all", false) && given.contains("instance") && !given.contains("name")) {
    arguments["name"] = std::move(arguments["instance"]);
    arguments.erase("instance");
  }
  adapt_bulk(invocation, given);
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

void adapt_export(Invocation& invocation, const json& given) {
  // A name of any bytes, which `text_at` would only describe.
  const auto name = given.find("output");
  std::string file =
      name == given.end() ? std::string() : gateway::text_of_json(*name).value_or(std::string());
  invocation.show = [file = std::move(file)](Output& output, const json& result) {
    write_document(file, output, result);
  };
  invocation.write_for_programs = invocation.show;
}

/// The text itself, as what reads it wants it.
void adapt_metrics(Invocation& invocation, const json& given) {
  if (given.value("format", json()) == "prometheus") {
    invocation.show = [](Output& output, const json& result) {
      output.write(result.value("text", std::string()));
    };
    invocation.write_for_programs = invocation.show;
  }
}

/// What people see of a command.
struct View {
  std::string_view command;
  void (*show)(Output& output, const json& result) = nullptr;
  /// What else is special about it; null if nothing is.
  void (*adapt)(Invocation& invocation, const json& given) = nullptr;
};

constexpr std::array views{
    View{"list", show_list, adapt_list},
    View{"count", show_count},
    View{"show", show_instance},
    View{"history", show_history},
    View{"tree", show_tree},
    View{"tail", show_tail_end, adapt_tail},
    View{"top", show_top, adapt_top},
    View{"stats", show_stats},
    View{"metrics", show_metrics, adapt_metrics},
    View{"health", show_health},
    View{"stuck", show_stuck},
    View{"backup", show_backup},
    View{"verify", show_verify, adapt_verify},
    View{"start", show_started, adapt_start},
    View{"update", show_answer},
    View{"query", show_answer},
    View{"raise", [](Output& output, const json& result) { show_act(output, result, "told"); },
         adapt_raise},
    View{"cancel",
         [](Output& output, const json& result) { show_act(output, result, "asked to stop"); },
         adapt_bulk},
    View{"terminate", [](Output& output, const json& result) { show_act(output, result, "ended"); },
         adapt_bulk},
    View{"pause", [](Output& output, const json& result) { show_scope(output, result, "paused"); },
         adapt_bulk},
    View{"resume",
         [](Output& output, const json& result) { show_scope(output, result, "resumed"); },
         adapt_bulk},
    View{"release", show_released},
    View{"delete", show_deleted, adapt_delete},
    View{"prune", show_pruned, adapt_prune},
    View{"rewind", show_restored, adapt_bulk},
    View{"messages", show_messages},
    View{"drop", show_dropped},
    View{"fork", show_restored},
    View{"export", nullptr, adapt_export},
    View{"import", show_restored},
};

void show_document(Output& output, const json& result) {
  output.document(result);
}

}  // namespace

Result<Invocation, CommandError> invocation_of(const Command& command, const json& given,
                                               bool for_programs) {
  Invocation invocation;
  invocation.for_programs = for_programs;
  invocation.request = request_of(command, given);
  invocation.show = show_document;
  if (!command.question.empty()) {
    invocation.question = [question = command.question](const json&) {
      return std::string(question);
    };
  }
  const auto view = std::find_if(views.begin(), views.end(),
                                 [&](const View& each) { return each.command == command.name; });
  if (view != views.end() && view->show != nullptr) {
    invocation.show = view->show;
  }
  if (view != views.end() && view->adapt != nullptr) {
    view->adapt(invocation, given);
  }
  // What makes no sense is said before anybody is asked whether to do it.
  const auto& request = invocation.request;
  const auto checked = gateway::Arguments::read(*gateway::find_command(request.command),
                                                request.arguments, gateway::Wording::command_line);
  if (!checked) {
    return failure(checked.error());
  }
  return invocation;
}

}  // namespace duroxide::cli
