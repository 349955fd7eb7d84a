// Commands that look at instances.

#include "cli/show.hpp"
#include "cli/subcommands.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

/// What comes first: of times the newest, of ids the first, unless something else was asked for.
void choose_direction(json& arguments) {
  const bool descends = arguments.value("order", json("created")) != "id";
  const bool reverse = arguments.value("reverse", false);
  const bool ascending = arguments.value("ascending", false);
  if (!arguments.value("descending", false) && !ascending) {
    arguments["descending"] = descends != reverse;
  }
  arguments.erase("reverse");
  arguments.erase("ascending");
}

void fill_in_list(Invocation& invocation, const Arguments& arguments) {
  choose_direction(*arguments);
  invocation.request = {arguments->value("all", false) ? "list_all" : "list", *arguments};
  invocation.request.arguments.erase("all");
  invocation.show = show_list;
  if (!arguments->value("all", false)) {
    return;
  }
  // A table needs to know its widest row; rows come in blocks, each aligned for itself.
  struct Block {
    Table table = instance_table();
    std::size_t rows = 0;
  };
  constexpr std::size_t block_rows = 1000;
  const auto block = std::make_shared<Block>();
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

void add_list(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "list", "List instances",
                              {"duroxide --store orders list --status failed --since 2h",
                               "duroxide --store orders --json list --all --name Ship"});
  const auto arguments = new_arguments();
  add_filter_options(command, arguments);
  text_option(command, arguments, "--order", "order",
              "created or updated, the newest first, or id; default: created");
  auto* descending =
      flag_option(command, arguments, "-r,--descending", "descending", "newest, or last, first");
  auto* ascending =
      flag_option(command, arguments, "--ascending", "ascending", "oldest, or first, first");
  auto* reverse = flag_option(command, arguments, "--reverse", "reverse",
                              "the other way round than without it");
  descending->excludes(ascending);
  reverse->excludes(ascending)->excludes(descending);
  number_option(command, arguments, "-l,--limit", "limit",
                "at most so many; by default 100, with --all as many as there are", 1);
  text_option(command, arguments, "--cursor", "cursor", "go on where an earlier list ended");
  flag_option(command, arguments, "-a,--all", "all", "all of them; with --json one line for each");
  command->final_callback([&invocation, arguments] { fill_in_list(invocation, arguments); });
}

void add_count(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "count", "Count instances",
                              {"duroxide --store orders count --status running --name Ship"});
  const auto arguments = new_arguments();
  add_filter_options(command, arguments);
  command->final_callback([&invocation, arguments] {
    invocation.request = {"count", *arguments};
    invocation.show = show_count;
  });
}

void add_show(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "show", "Show an instance, and what it waits for since when",
                              {"duroxide --store orders show order-7"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  command->final_callback([&invocation, arguments] {
    invocation.request = {"show", *arguments};
    invocation.show = show_instance;
  });
}

void add_history(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "history", "Show the events of an execution of an instance",
                              {"duroxide --store orders history order-7",
                               "duroxide --store orders --json history order-7 --execution 2"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  number_option(command, arguments, "-e,--execution", "execution", "default: the current one");
  command->final_callback([&invocation, arguments] {
    invocation.request = {"history", *arguments};
    invocation.show = show_history;
  });
}

void add_tree(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "tree", "Show an instance with everything below it",
                              {"duroxide --store orders tree order-7"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  command->final_callback([&invocation, arguments] {
    invocation.request = {"tree", *arguments};
    invocation.show = show_tree;
  });
}

void add_tail(CLI::App& app, Invocation& invocation) {
  auto* command =
      add_command(app, "tail",
                  "Follow an instance: its events so far, and then each as it is committed, until "
                  "the instance ends",
                  {"duroxide --store orders tail order-7"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "its id")->required();
  command->footer(command->get_footer() +
                  "\n\nWith --json each event is a line, and the end is one more, with\n"
                  "  \"deleted\": true  if the instance was deleted meanwhile\n"
                  "  \"ended\": false   if it still runs, and was not followed: no engine answers");
  number_option(command, arguments, "-e,--execution", "execution",
                "begin with this one; default: the current one");
  command->final_callback([&invocation, arguments] {
    invocation.request = {"tail", *arguments};
    invocation.show_item = show_event;
    invocation.show = show_tail_end;
    invocation.write_for_programs = [](Output& output, const json& result) {
      output.json_line(result);
    };
    invocation.notice = tail_notice;
  });
}

}  // namespace

void add_reading_subcommands(CLI::App& app, Invocation& invocation) {
  add_list(app, invocation);
  add_count(app, invocation);
  add_show(app, invocation);
  add_history(app, invocation);
  add_tree(app, invocation);
  add_tail(app, invocation);
}

}  // namespace duroxide::cli
