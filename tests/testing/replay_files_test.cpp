// The replayer for documents and files, and as a program.

#include <fstream>

#include <catch2/catch.hpp>

#include "support/expect_abort.hpp"
#include "support/temp_dir.hpp"
#include "testing/documents.hpp"
#include "testing/order.hpp"

namespace duroxide::replay_files_test {

using namespace duroxide::order;
using testkit::documents_in;
using testkit::replay_file;
using testkit::replay_json;
using testkit::replay_main;
using testkit::TestSystem;

namespace {

std::string export_of_order() {
  TestSystem test(register_all);
  (void)test.run("order-1", "Order", 500);
  return test.exported("order-1");
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

struct Ended {
  int code = -1;
  std::string on_stdout;
  std::string on_stderr;
};

/// Runs the program in a process of its own, which ends with its code as a signal cannot be 0, 1 or 2.
Ended run_main(const testkit::Registrations& registrations, const std::vector<std::string>& files) {
  const testing::TempDir directory;
  const auto code_file = directory.path() / "code";
  const auto ending = testing::ending_of([&] {
    std::vector<const char*> arguments{"replay-orders"};
    for (const std::string& each : files) {
      arguments.push_back(each.c_str());
    }
    const int code =
        replay_main(registrations, static_cast<int>(arguments.size()), arguments.data());
    write(code_file, std::to_string(code));
  });
  Ended ended;
  ended.on_stdout = ending.on_stdout;
  ended.on_stderr = ending.on_stderr;
  std::ifstream(code_file) >> ended.code;
  return ended;
}

}  // namespace

TEST_CASE("replay: a text is split into the documents in it", "[replayer][json]") {
  using Documents = std::vector<std::string_view>;
  CHECK(documents_in("{\"a\": {}}") == Documents{"{\"a\": {}}"});
  CHECK(documents_in(" [{\"a\": \"}\\\"{\"},\n{}] ") == Documents{"{\"a\": \"}\\\"{\"}", "{}"});
  CHECK(documents_in("{}\n{\"b\": 1}\n") == Documents{"{}", "{\"b\": 1}"});
  CHECK(documents_in("{} rest {}") == Documents{"{}", "rest {}"});
  CHECK(documents_in("{\"open") == Documents{"{\"open"});
  CHECK(documents_in("") == Documents{""});
  CHECK(documents_in("[]") == Documents{"[]"});
}

TEST_CASE("replay: what is no export is refused with the place", "[replayer][json][errors]") {
  CHECK_THROWS_WITH(replay_json(register_all, ""), Catch::Contains("it is not JSON"));
  CHECK_THROWS_WITH(replay_json(register_all, "{}"), Catch::Contains("format"));
  CHECK_THROWS_WITH(replay_json(register_all, export_of_order() + "{"),
                    Catch::Contains("it is not JSON"));
  CHECK_THROWS_WITH(replay_file(register_all, "/nowhere/to/be/found"),
                    Catch::Contains("`/nowhere/to/be/found` cannot be read"));
}

TEST_CASE("replay: as a program, a line for each file and an exit code", "[replayer]") {
  const testing::TempDir directory;
  const std::string good = directory.path() / "good.json";
  const std::string bad = directory.path() / "bad.json";
  write(good, export_of_order());
  write(bad, "nothing");
  const testkit::Registrations changed = [](Runtime& runtime) {
    runtime.register_orchestration("Order", [](OrchestrationContext ctx, int) -> Task<std::string> {
      const std::string said = co_await ctx.schedule_activity("A");
      co_return said;
    });
  };
  SECTION("as recorded") {
    const Ended ended = run_main(register_all, {good, good});
    CHECK(ended.code == 0);
    const std::string line =
        good + ": 1 instance, 1 execution, 11 events: the code does what they say\n";
    CHECK(ended.on_stdout == line + line);
    CHECK(ended.on_stderr.empty());
  }
  SECTION("parted") {
    const Ended ended = run_main(changed, {good});
    CHECK(ended.code == 1);
    CHECK_THAT(ended.on_stdout,
               Catch::Contains("event 2 is recorded as ActivityScheduled(name `Charge`, "
                               "input `500`), but the code does "
                               "ActivityScheduled(name `A`, input ``)\n"));
  }
  SECTION("unreadable, which is worse") {
    const Ended ended = run_main(changed, {bad, good});
    CHECK(ended.code == 2);
    CHECK_THAT(ended.on_stderr, Catch::StartsWith(bad + ": ") && Catch::Contains("not JSON"));
    CHECK_THAT(ended.on_stdout, Catch::StartsWith(good + ": "));
  }
  SECTION("nothing given") {
    const Ended ended = run_main(register_all, {});
    CHECK(ended.code == 2);
    CHECK_THAT(ended.on_stderr, Catch::StartsWith("usage: replay-orders FILE..."));
  }
  SECTION("asked for help") {
    const Ended ended = run_main(register_all, {"--help"});
    CHECK(ended.code == 0);
    CHECK_THAT(ended.on_stdout, Catch::StartsWith("usage: replay-orders FILE..."));
  }
}

}  // namespace duroxide::replay_files_test
