// What the command makes of a terminal: its width, its colours, and that it may be none.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/command_line.hpp"
#include "cli/completion.hpp"
#include "cli/program.hpp"
#include "cli/show.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/views.hpp"
#include "screen.hpp"

namespace duroxide::cli_screen_test {

using namespace duroxide::cli;
using namespace duroxide::cli::testing;
using nlohmann::json;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

/// A variable of the environment for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) {
      before_ = before;
    }
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  }
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

void print_table(Output& output) {
  Table table({{"INSTANCE", false, true}, {"EVENTS", true}, {"STATUS"}});
  table.add({{"a-very-long-id-of-an-instance"}, {"7"}, {"ContinuedAsNew"}});
  table.add({{"grün-überlang-und-länger"}, {"12345"}, {"Running"}});
  table.print(output);
}

}  // namespace

TEST_CASE("a table is as wide as what it holds, where nothing limits it", "[control]") {
  const std::vector<std::string> wide{
      "INSTANCE                       EVENTS  STATUS",
      "a-very-long-id-of-an-instance       7  ContinuedAsNew",
      "grün-überlang-und-länger        12345  Running",
  };
  CHECK(lines_of(seen_in_file(print_table)) == wide);
  CHECK(lines_of(seen_on_terminal(200, print_table)) == wide);
  CHECK(lines_of(seen_on_terminal(53, print_table)) == wide);
}

TEST_CASE("on a narrow terminal a table cuts what may be cut, by characters", "[control]") {
  CHECK(lines_of(seen_on_terminal(40, print_table)) ==
        std::vector<std::string>{
            "INSTANCE          EVENTS  STATUS",
            "a-very-long-id-…       7  ContinuedAsNew",
            "grün-überlang-u…   12345  Running",
        });
  // A column keeps eight characters, however narrow it is, and what may not be cut is whole.
  CHECK(lines_of(seen_on_terminal(5, print_table)) == std::vector<std::string>{
                                                          "INSTANCE  EVENTS  STATUS",
                                                          "a-very-…       7  ContinuedAsNew",
                                                          "grün-üb…   12345  Running",
                                                      });
}

TEST_CASE("a column with nothing in it is left out, and one that gives way where there is no room",
          "[control]") {
  const auto print = [](const char* error) {
    return [error](Output& output) {
      Table table({{"INSTANCE", false, true},
                   {.title = "CREATED", .gives_way = true},
                   {"AGE"},
                   {.title = "ERROR", .shrinks = true, .may_lack = true}});
      table.add({{"order-1"}, {"2026-01-31"}, {"3m"}, {""}});
      table.add({{"order-2"}, {"2026-02-01"}, {"2m"}, {error}});
      table.print(output);
    };
  };
  CHECK(lines_of(seen_in_file(print(""))) == std::vector<std::string>{"INSTANCE  CREATED     AGE",
                                                                      "order-1   2026-01-31  3m",
                                                                      "order-2   2026-02-01  2m"});
  CHECK(lines_of(seen_in_file(print("nobody answers"))) ==
        std::vector<std::string>{"INSTANCE  CREATED     AGE  ERROR", "order-1   2026-01-31  3m",
                                 "order-2   2026-02-01  2m   nobody answers"});
  CHECK(lines_of(seen_on_terminal(35, print("nobody answers"))) ==
        std::vector<std::string>{"INSTANCE  CREATED     AGE  ERROR", "order-1   2026-01-31  3m",
                                 "order-2   2026-02-01  2m   nobody …"});
  CHECK(lines_of(seen_on_terminal(30, print("nobody answers"))) ==
        std::vector<std::string>{"INSTANCE  AGE  ERROR", "order-1   3m",
                                 "order-2   2m   nobody answers"});
}

TEST_CASE("a listing says in a column why instances have failed", "[control][listing][errors]") {
  const json failed = {{"instance_id", "order-1"},
                       {"orchestration_name", "Order"},
                       {"version", "1.0.0"},
                       {"status", "Failed"},
                       {"error", {{"text", "no\nway " + std::string(200, 'x')}}}};
  const json running = {{"instance_id", "order-2"}, {"status", "Running"}, {"error", json()}};
  const auto show = [](const json& instances) {
    return [instances](Output& output) {
      show_list(output, {{"instances", instances}, {"next_cursor", json()}});
    };
  };
  const auto all = lines_of(seen_in_file(show(json::array({failed, running}))));
  REQUIRE(all.size() == 3);
  CHECK_THAT(all[0], Catch::Contains("CREATED") && Catch::EndsWith("ERROR"));
  CHECK_THAT(all[1], Catch::Contains("no\\nway xxx") && Catch::EndsWith("x…"));
  CHECK(width_of(all[1]) < 200);
  CHECK_THAT(seen_in_file(show(json::array({running}))), !Catch::Contains("ERROR"));
  for (const std::size_t columns : {70U, 80U, 100U, 140U}) {
    const auto fitted = lines_of(seen_on_terminal(static_cast<unsigned short>(columns),
                                                  show(json::array({failed, running}))));
    REQUIRE(fitted.size() == 3);
    CHECK(width_of(fitted[1]) <= columns);
    CHECK_THAT(fitted[1], Catch::Contains("no\\n") && Catch::EndsWith("…"));
  }
}

TEST_CASE("a text is cut to its width, and says so", "[control]") {
  CHECK(cut("order", 5) == "order");
  CHECK(cut("orders", 5) == "orde…");
  CHECK(cut("grüße", 5) == "grüße");
  CHECK(cut("größer", 4) == "grö…");
  CHECK(cut("orders", 1) == "…");
  CHECK(cut("orders", 0).empty());
  // Not every character takes one column.
  CHECK(width_of("日本語") == 6);
  CHECK(width_of("e\u0301") == 1);
  CHECK(cut("日本語", 6) == "日本語");
  CHECK(cut("日本語", 5) == "日本…");
  CHECK(cut("日本語", 4) == "日…");
  CHECK(cut("re\u0301sume\u0301", 3) == "re\u0301…");
}

TEST_CASE("an event of a tail takes one line of the terminal", "[control]") {
  const json event = {{"timestamp", "2026-01-31T08:15:00.250Z"},
                      {"execution_id", 1},
                      {"event_id", 3},
                      {"type", "ActivityCompleted"},
                      {"description", "activity completed"},
                      {"result", std::string(200, 'x')}};
  const auto show = [&](Output& output) { show_event(output, event); };
  const auto whole = lines_of(seen_in_file(show));
  REQUIRE(whole.size() == 1);
  CHECK(whole.front() == "08:15:00.250  1.3       activity completed  " + std::string(200, 'x'));
  const auto on_terminal = lines_of(seen_on_terminal(60, show));
  REQUIRE(on_terminal.size() == 1);
  CHECK(width_of(on_terminal.front()) == 60);
  CHECK(on_terminal.front() == cut(whole.front(), 60));
  CHECK(lines_of(seen_on_terminal(20, show)) ==
        std::vector<std::string>{"08:15:00.250  1.3       activity completed"});
}

TEST_CASE("a change of the store takes one line of the terminal, and says why it has come about",
          "[control][changes]") {
  const auto show = [](const json& change) {
    return [change](Output& output) { show_change(output, change); };
  };
  json change = {{"kind", "completed"},
                 {"instance_id", "order-7"},
                 {"orchestration_name", "Order"},
                 {"at", "2026-01-31T08:15:00.250Z"}};
  CHECK(seen_in_file(show(change)) == "08:15:00.250  completed         order-7  Order\n");
  change["kind"] = "failed";
  change["error"] = {{"text", "no\nway " + std::string(200, 'x')}};
  CHECK_THAT(seen_in_file(show(change)),
             Catch::StartsWith("08:15:00.250  failed            order-7  Order  no\\nway xxx"));
  const auto fitted = lines_of(seen_on_terminal(60, show(change)));
  REQUIRE(fitted.size() == 1);
  CHECK(width_of(fitted.front()) == 60);
  CHECK(lines_of(seen_on_terminal(10, show(change))) ==
        std::vector<std::string>{"08:15:00.250  failed            "});
  CHECK_THAT(seen_in_file(show(change), ColorMode::always),
             Catch::Contains("\x1b[31mfailed\x1b[0m"));
  change.erase("error");
  change["kind"] = "custom_status";
  change["custom_status"] = "half way";
  CHECK(seen_in_file(show(change)) == "08:15:00.250  custom_status     order-7  Order  half way\n");
  change.erase("custom_status");
  for (const auto& [kind, color] :
       {std::pair("cancelled", "33"), std::pair("completed", "32"), std::pair("started", "36")}) {
    change["kind"] = kind;
    CHECK_THAT(seen_in_file(show(change), ColorMode::always),
               Catch::Contains(std::string("\x1b[") + color + "m" + kind));
  }
  CHECK(seen_in_file(show({{"kind", "missed"}, {"count", 3}})) ==
        "3 changes were missed: this reader is too slow\n");
  CHECK(seen_in_file(show({{"kind", "following"}, {"at", "2026-01-31T08:15:00.250Z"}})) ==
        "following what happens from now on\n");
}

TEST_CASE("colours are for terminals that have them, unless they are asked for", "[control]") {
  const auto show = [](Output& output) { output.line(output.paint(Color::red, "bad")); };
  const std::string red = "\x1b[31mbad\x1b[0m\n";
  const Variable terminal("TERM", "xterm");
  const Variable wish("NO_COLOR", nullptr);
  CHECK(seen_on_terminal(80, show, ColorMode::automatic) == red);
  CHECK(seen_on_terminal(80, show, ColorMode::never) == "bad\n");
  CHECK(seen_in_file(show, ColorMode::automatic) == "bad\n");
  CHECK(seen_in_file(show, ColorMode::always) == red);
  {
    const Variable no_color("NO_COLOR", "1");
    CHECK(seen_on_terminal(80, show, ColorMode::automatic) == "bad\n");
    CHECK(seen_on_terminal(80, show, ColorMode::always) == red);
  }
  {
    const Variable empty("NO_COLOR", "");
    CHECK(seen_on_terminal(80, show, ColorMode::automatic) == red);
  }
  {
    const Variable dumb("TERM", "dumb");
    CHECK(seen_on_terminal(80, show, ColorMode::automatic) == "bad\n");
  }
  const Variable none("TERM", nullptr);
  CHECK(seen_on_terminal(80, show, ColorMode::automatic) == red);
}

TEST_CASE("each status has its colour", "[control][status]") {
  const auto painted = [](const char* status) {
    return seen_in_file(
        [&](Output& output) { output.write(output.paint(color_of(status), status)); },
        ColorMode::always);
  };
  CHECK(painted("Failed") == "\x1b[31mFailed\x1b[0m");
  CHECK(painted("quarantined") == "\x1b[31mquarantined\x1b[0m");
  CHECK(painted("damaged") == "\x1b[31mdamaged\x1b[0m");
  CHECK(painted("Cancelled") == "\x1b[33mCancelled\x1b[0m");
  CHECK(painted("paused") == "\x1b[33mpaused\x1b[0m");
  CHECK(painted("waiting") == "\x1b[33mwaiting\x1b[0m");
  CHECK(painted("Completed") == "\x1b[32mCompleted\x1b[0m");
  CHECK(painted("Running") == "\x1b[36mRunning\x1b[0m");
  CHECK(painted("ContinuedAsNew") == "ContinuedAsNew");
  CHECK(seen_in_file([](Output& output) { output.field("label", ""); }, ColorMode::always) ==
        "\x1b[2mlabel:            \x1b[0m\n");
}

TEST_CASE("what cannot be written is told, the first time", "[control]") {
  for (const std::size_t bytes : {std::size_t{10}, std::size_t{1} << 20}) {
    std::optional<gateway::CommandError> error;
    {
      const model::FileDescriptor full(::open("/dev/full", O_WRONLY));
      REQUIRE(full.is_open());
      const Redirected redirected(full.get());
      Output output(false, ColorMode::never);
      output.line(std::string(bytes, 'x'));
      if (const auto written = output.flush(); !written) {
        error = written.error();
      }
      std::clearerr(stdout);
    }
    REQUIRE(error);
    CHECK(error->message == "standard output cannot be written");
  }
}

TEST_CASE("a long listing comes in blocks, each with its titles", "[control][listing]") {
  const auto invocation = invocation_of(*command_named("list"), {{"all", true}});
  REQUIRE(invocation);
  CHECK(invocation->request.command == "list_all");
  const auto lines = lines_of(seen_in_file([&](Output& output) {
    for (int row = 0; row < 1001; ++row) {
      invocation->show_item(output,
                            {{"instance_id", "i" + std::to_string(row)}, {"status", "Running"}});
    }
    invocation->show(output, {{"count", 1001}});
  }));
  REQUIRE(lines.size() == 1 + 1000 + 1 + 1 + 1);
  CHECK(lines[0].starts_with("INSTANCE"));
  CHECK(lines[1000].starts_with("i999 "));
  CHECK(lines[1001].starts_with("INSTANCE"));
  CHECK(lines[1002].starts_with("i1000"));
  CHECK(lines[1003] == "1001 instances");
}

TEST_CASE("a misspelled word is answered with the one that was meant, if one comes near",
          "[control]") {
  const auto said = [](const std::vector<std::string>& words) {
    const auto error = find_misspelling(words);
    return error ? error->message : std::string("all are known");
  };
  CHECK(said({"list", "--all"}) == "all are known");
  CHECK_THAT(said({"lsit"}), Catch::Contains("did you mean `list`?"));
  CHECK_THAT(said({"frobnicate"}), Catch::Contains("--help tells them all"));
  CHECK_THAT(said({"list", "--" + std::string(300, 'x')}),
             Catch::Contains("--help tells them all"));
  CHECK_THAT(said({"list", "--al"}),
             Catch::Contains("`list` has no") && Catch::Contains("`--all`"));
}

namespace {

json look_with(std::size_t instances) {
  json look = {{"at", "2026-01-31T08:15:00.250Z"},
               {"live", true},
               {"metrics",
                {{"running_instances", 3},
                 {"paused_instances", 0},
                 {"completed_instances", 12},
                 {"failed_instances", 1},
                 {"cancelled_instances", 0},
                 {"quarantined", 2},
                 {"store_bytes", 3 << 19},
                 {"store_file_bytes", 3 << 20}}},
               {"rates", {{"starts", 12.25}, {"ends", 2}, {"failures", 0.5}, {"missed", 0}}},
               {"stuck", {{"waiting", 2}, {"quarantined", 1}}},
               {"longest", json::array()}};
  look["metrics"]["queues"] = {{"orchestrator_queue", 4}, {"worker_queue", 5}, {"timer_queue", 6}};
  for (std::size_t i = 0; i < instances; ++i) {
    look["longest"].push_back({{"instance_id", "order-" + std::to_string(i)},
                               {"orchestration_name", "Order"},
                               {"activities", json::array()}});
  }
  return look;
}

}  // namespace

TEST_CASE("a look at the store tells counts, rates, queues and what does not get on",
          "[control][overview]") {
  json look = look_with(1);
  look["longest"][0]["activities"] = json::array({{{"name", "Charge"}, {"attempts", 1}},
                                                  {{"name", "Ship"}, {"attempts", 3}},
                                                  {{"name", "Pack"}, {"attempts", 0}}});
  look["longest"][0]["activity_count"] = 4;
  const auto show = [&](Output& output) { show_top(output, look); };
  CHECK(lines_of(seen_in_file(show)) ==
        std::vector<std::string>{
            "at:               2026-01-31 08:15:00 UTC",
            "instances:        3 running, 0 of them paused, 12 completed, 1 failed, 0 cancelled",
            "rates:            12.2/s started, 2.0/s ended, 0.5/s failed",
            "queues:           4 messages, 5 activities, 6 timers",
            "stuck:            1 quarantined, 2 waiting", "quarantined:      2",
            "size:             1.5 MiB in use, 3.0 MiB of files with the log", "",
            "RUNNING LONGEST  ORCHESTRATION  AGE  UNCHANGED FOR  ACTIVITIES",
            "order-0          Order          -    -              Charge for -, Ship for -, attempt "
            "3, "
            "Pack for - and 1 more"});
  CHECK_THAT(seen_in_file(show, ColorMode::always),
             Catch::Contains("\x1b[36m3 running\x1b[0m") &&
                 Catch::Contains("\x1b[31m1 failed\x1b[0m") &&
                 Catch::Contains("\x1b[31m0.5/s failed\x1b[0m"));
  for (const std::size_t columns : {60U, 80U}) {
    const auto drawn = seen_on_terminal(static_cast<unsigned short>(columns), show);
    CHECK(width_of(lines_of(drawn).back()) <= columns);
  }
  look["rates"]["missed"] = 7;
  CHECK_THAT(seen_in_file(show), Catch::Contains("0.5/s failed, and 7 that were not told"));
  look["rates"] = json();
  look["stuck"] = json::object();
  look["longest"] = json::array();
  CHECK_THAT(seen_in_file(show), Catch::Contains("rates:            from the next look on\n") &&
                                     Catch::Contains("stuck:            nothing\n") &&
                                     !Catch::Contains("RUNNING LONGEST"));
  look["live"] = false;
  CHECK_THAT(seen_in_file(show), Catch::Contains("none: no engine is at work"));
  CHECK(top_notice(look)->message.find("how it stands") != std::string::npos);
  CHECK_FALSE(top_notice(look_with(0)));
}

TEST_CASE("at a terminal a look takes the place of the last, and no more lines than there are",
          "[control][overview]") {
  const Variable terminal("TERM", "xterm");
  const auto draw = [](Output& output) {
    redraw_top(output, look_with(40));
    redraw_top(output, look_with(0));
  };
  const std::string drawn = seen_on_terminal(80, draw);
  // The whole screen is used, without wrapping and cursor, and given back.
  const std::string begin = "\x1b[?1049h\x1b[?25l\x1b[?7l";
  const std::string end = "\x1b[?7h\x1b[?25h\x1b[?1049l";
  const std::string home = "\x1b[H";
  const std::string rest = "\x1b[J";
  REQUIRE(drawn.starts_with(begin + home));
  REQUIRE(drawn.ends_with(rest + end));
  const std::size_t second = drawn.find(home, begin.size() + 1);
  REQUIRE(second != std::string::npos);
  const std::string first = drawn.substr(0, second);
  CHECK(first.ends_with(rest));
  CHECK(std::count(first.begin(), first.end(), '\n') == 23);  // of 24
  CHECK_THAT(first, Catch::Contains("order-13 ") && !Catch::Contains("order-14 "));
  CHECK(std::count(drawn.begin() + static_cast<std::ptrdiff_t>(second), drawn.end(), '\n') == 7);
  for (const auto& line : lines_of(first.substr(begin.size() + home.size()))) {
    CHECK((line.starts_with("\x1b[K") || line == rest));  // before the text: it may fill the line
  }
  // Where nothing can be written over, looks follow each other.
  const std::string in_file = seen_in_file(draw);
  CHECK(in_file.find('\x1b') == std::string::npos);
  CHECK_THAT(in_file, Catch::Contains("order-39 ") && Catch::Contains("\n\nat:  ") &&
                          Catch::EndsWith("\n\n"));
  const Variable dumb("TERM", "dumb");
  CHECK(seen_on_terminal(80, draw).find('\x1b') == std::string::npos);
}

TEST_CASE("a terminal is given back when what draws on it fails", "[control][overview]") {
  const Variable terminal("TERM", "xterm");
  const std::string drawn = seen_on_terminal(80, [](Output& output) {
    CHECK_THROWS([&] {
      Output own(false, ColorMode::never);
      redraw_top(own, look_with(1));
      own.begin_frame();
      own.line("never shown");
      throw std::runtime_error("no way");
    }());
    output.line("afterwards");
  });
  CHECK_THAT(drawn, Catch::EndsWith("\x1b[?7h\x1b[?25h\x1b[?1049lafterwards\n"));
  CHECK_THAT(drawn, !Catch::Contains("never shown"));
}

TEST_CASE("what runs longest is shown as far as it can be read",
          "[control][overview][corruption]") {
  json look = look_with(2);
  look["longest"][0]["damage"] = "2 of 4 events are there";
  const auto lines = lines_of(seen_in_file([&](Output& output) { show_top(output, look); }));
  REQUIRE(lines.size() >= 2);
  CHECK_THAT(lines[lines.size() - 2],
             Catch::StartsWith("order-0 ") && Catch::EndsWith("cannot be read"));
  CHECK_THAT(lines.back(), Catch::StartsWith("order-1 "));
}

TEST_CASE("a watch asks for as many rows as it shows", "[control][overview]") {
  const auto invocation = invocation_of(*command_named("top"), {{"rows", 3}}).value();
  CHECK(invocation.request.arguments["rows"] == 3);
  CHECK(invocation.show_item);
  CHECK(invocation.notice);
  // What programs get does not depend on the terminal that happens to be there.
  const Variable terminal("TERM", "xterm");
  const auto asks_for_rows = [](bool for_programs) {
    bool asks = false;
    (void)seen_on_terminal(80, [&](Output&) {
      const auto watch = invocation_of(*command_named("top"), json::object(), for_programs);
      asks = watch.value().request.arguments.contains("rows");
    });
    return asks;
  };
  CHECK(asks_for_rows(false));
  CHECK_FALSE(asks_for_rows(true));
  CHECK_FALSE(invocation_of(*command_named("top"), {{"once", true}}).value().show_item);
}

TEST_CASE("a shell is offered what may stand next, wherever the line has got to", "[control]") {
  const auto offered = [](const std::vector<std::string>& words, const std::string& word) {
    const auto found = completions("", words);
    return std::count(found.begin(), found.end(), word) == 1;
  };
  CHECK(offered({}, "list"));
  CHECK(offered({"li"}, "list"));
  CHECK(offered({"list", "--a"}, "--all"));
  CHECK(offered({"list", "--order", ""}, "created"));
  CHECK(offered({"list", "--order", "i"}, "id"));
  CHECK(offered({"--store=nowhere", "li"}, "list"));
  // No store, no words of it; and nothing stands behind the last argument.
  CHECK(completions("", {"--store=nowhere", "show", ""}).empty());
  CHECK(completions("", {"--store", "nowhere", "show", ""}).empty());
  CHECK(completions("", {"show", "a", "b", ""}).empty());
  CHECK(completions("", {"show", "--", "a", ""}).empty());
}

}  // namespace duroxide::cli_screen_test
