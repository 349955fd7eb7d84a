// What orchestration code must not do: where it is found, and where the same is right.

#include <catch2/catch.hpp>

#include "found.hpp"

using namespace duroxide::lint;
using namespace duroxide::lint::test;

namespace nondeterminism_test {

TEST_CASE("clocks, randomness, environment, threads and files are found in orchestrations",
          "[lint]") {
  const auto [code, rule] = GENERATE(table<std::string, std::string>(
      {{"auto t = std::chrono::system_clock::now();", "clock"},
       {"auto t = Clock::now();", "clock"},
       {"auto t = std::time(nullptr);", "clock"},
       {"auto t = time(nullptr);", "clock"},
       {"::clock_gettime(CLOCK_REALTIME, &t);", "clock"},
       {"int n = std::rand() % 6;", "random"},
       {"return rand();", "random"},
       {"std::mt19937 engine(std::random_device{}());", "random"},
       {"std::random_device device;", "random"},
       {"std::mt19937 engine(std::time(nullptr));", "clock"},
       {"auto* home = std::getenv(\"HOME\");", "environment"},
       {"auto id = getpid();", "environment"},
       {"std::thread worker(work);", "thread"},
       {"std::this_thread::sleep_for(1s);", "thread"},
       {"sleep(1);", "thread"},
       {"const std::lock_guard<std::mutex> lock(mutex);", "thread"},
       {"auto f = std::async(work);", "thread"},
       {"std::ifstream file(\"a\");", "io"},
       {"std::filesystem::exists(path);", "io"},
       {"fs::remove(path);", "io"},
       {"FILE* file = fopen(\"a\", \"r\");", "io"},
       {"::read(3, buffer, 10);", "io"},
       {"int s = socket(1, 2, 3);", "io"},
       {"auto r = client.start_orchestration(\"i\", \"n\");", "client-call"},
       {"auto r = this->client_->get_value<int>(\"i\", \"k\");", "client-call"},
       {"Client other(store);", "client-call"},
       {"static int count = 0;", "static-state"},
       {"static std::map<int, int> cache;", "static-state"},
       {"thread_local int count = 0;", "static-state"}}));
  INFO(code);
  CHECK(found_in_orchestration(code) == Lines{"2 " + rule});
  // The same is right in an activity, or anywhere else.
  CHECK(found_in("int g(ActivityContext& c, Order o) {\n" + code + "\n}").empty());
}

TEST_CASE("what only looks like it is left alone", "[lint]") {
  const std::string code =
      GENERATE("auto t = ctx.utc_now();", "auto t = order.time();", "Timestamp time(0);",
               "auto n = my::rand();", "order.rand();", "std::mt19937 engine(order.seed);",
               "std::chrono::system_clock::time_point t;", "ctx.log_info(\"rand()\");",
               "// std::rand()", "read(order);", "std::remove(a, b, c);", "static const int n = 1;",
               "static constexpr int n = 1;", "auto f = ctx.schedule_timer(1s);",
               "std::filesystem::path p;", "Future<int> future;", "order.thread = 1;",
               "auto s = static_cast<int>(1.5);", "order.client_name();");
  INFO(code);
  CHECK(found_in_orchestration(code).empty());
}

TEST_CASE("lambdas and helpers that take the context are orchestration code as well", "[lint]") {
  CHECK(found_in("auto f = [](OrchestrationContext ctx) -> Task<int> {\n  co_return rand();\n};") ==
        Lines{"2 random"});
  CHECK(found_in("auto f = [](duroxide::OrchestrationContext, int n) mutable -> "
                 "duroxide::Task<std::vector<int>> {\n  co_return rand();\n};") ==
        Lines{"2 random"});
  CHECK(found_in("auto help(OrchestrationContext& ctx) -> Task<> {\n  co_return rand();\n}") ==
        Lines{"2 random"});
  CHECK(found_in("struct Flow {\n  Task<int> run(OrchestrationContext ctx) const {\n    co_return "
                 "rand();\n  }\n};") == Lines{"3 random"});
  CHECK(found_in_orchestration("  auto pick = [] { return rand(); };") == Lines{"2 random"});
}

TEST_CASE("a function around orchestrations is none", "[lint]") {
  CHECK(found_in(
            "void set_up(Runtime& runtime) {\n  srand(1);\n  runtime.register_orchestration(\"A\", "
            "[](OrchestrationContext ctx) -> Task<int> {\n    co_return 1;\n  });\n  auto t = "
            "time(nullptr);\n}")
            .empty());
}

TEST_CASE("what side_effect is given may be what it likes", "[lint]") {
  CHECK(found_in_orchestration("  int n = ctx.side_effect(\"n\", [] { return rand(); });").empty());
  CHECK(found_in_orchestration("  const auto draw = [&] { return rand(); };\n  int n = "
                               "ctx.side_effect(\"n\", draw);")
            .empty());
  CHECK(found_in_orchestration("  int n = ctx.side_effect<int>(\"n\", [] { return rand(); });")
            .empty());
  CHECK(found_in_orchestration("  const auto draw = [&] { return rand(); };\n  int n = draw();") ==
        Lines{"2 random"});
  CHECK(found_in_orchestration("  ctx.keep([](ActivityContext& c) { return rand(); });").empty());
}

TEST_CASE("a walk over an unordered container is found", "[lint]") {
  const std::string code = GENERATE(
      "  std::unordered_map<std::string, int> all;\n  for (const auto& [k, v] : all) {\n  }",
      "  const std::unordered_set<int>& all = order.all;\n  for (int i = 0; int each : all) {\n  }",
      "  std::unordered_map<int, std::vector<int>> all;\n  auto first = all.begin();",
      "  std::unordered_map<int, int> all;\n  auto first = std::begin(all);");
  INFO(code);
  CHECK(found_in_orchestration(code) == Lines{"3 unordered"});
}

TEST_CASE("an unordered container is known as a member, parameter, alias and result", "[lint]") {
  CHECK(
      found_in(
          "struct Order {\n  std::unordered_map<int, int> items;\n};\nTask<int> "
          "f(OrchestrationContext ctx, Order order) {\n  for (auto& i : order.items) {\n  }\n}") ==
      Lines{"5 unordered"});
  CHECK(found_in(
            "using Items = std::unordered_set<int>;\nTask<int> f(OrchestrationContext ctx, const "
            "Items& items) {\n  for (auto& i : items) {\n  }\n}") == Lines{"3 unordered"});
  CHECK(
      found_in("std::unordered_set<int> items_of(int n);\nTask<int> f(OrchestrationContext ctx) {\n"
               "  for (auto& i : items_of(3)) {\n  }\n}") == Lines{"3 unordered"});
  const auto found =
      look_at({{"order.hpp", "struct Order {\n  std::unordered_map<int, int> items;\n};"},
               {"a.cpp",
                "Task<int> f(OrchestrationContext ctx, Order o) {\n  for (auto& i : "
                "o.items) {\n  }\n}"}});
  REQUIRE(found.size() == 1);
  CHECK(text_of(found.front()) ==
        "a.cpp:2:20: unordered: `items` is walked in an order that the next process may not share: "
        "copy "
        "it into a std::map or a sorted vector first");
}

TEST_CASE("a lookup in an unordered container, and a walk over another, are left alone", "[lint]") {
  CHECK(found_in_orchestration(
            "  std::unordered_map<int, int> all;\n  all.at(3) = all.count(4);\n  if "
            "(all.find(3) == all.end()) {\n  }")
            .empty());
  CHECK(found_in("std::unordered_map<int, int> all;\nTask<int> f(OrchestrationContext ctx) {\n  "
                 "std::vector<int> all;\n  for (int each : all) {\n  }\n}")
            .empty());
  CHECK(found_in(
            "void g() {\n  std::unordered_map<int, int> all;\n}\nTask<int> f(OrchestrationContext "
            "ctx, std::map<int, int> all) {\n  for (auto& each : all) {\n  }\n}")
            .empty());
}

TEST_CASE("global variables that may change are found where orchestrations use them", "[lint]") {
  const std::string use = "\nTask<int> f(OrchestrationContext ctx) {\n  co_return use(shared);\n}";
  const std::string variable = GENERATE(
      "int shared = 0;", "static int shared;", "namespace my {\nstd::atomic<int> shared{0};\n}",
      "namespace {\nstd::vector<std::map<int, int>> shared;\n}", "int shared[3];");
  INFO(variable);
  const auto found = found_in(variable + use);
  REQUIRE(found.size() == 1);
  CHECK(found.front().find("static-state") != std::string::npos);
}

TEST_CASE("constants, members and locals are no global variables", "[lint]") {
  const std::string use = "\nTask<int> f(OrchestrationContext ctx) {\n  co_return use(shared);\n}";
  const std::string declared =
      GENERATE("const int shared = 0;", "constexpr int shared = 1;", "int shared();",
               "struct A {\n  int shared = 0;\n};", "void g() {\n  int shared = 0;\n}",
               "using shared = int;", "extern const int shared;", "enum class E { shared };");
  INFO(declared);
  CHECK(found_in(declared + use).empty());
  CHECK(found_in("int shared = 0;\nTask<int> f(OrchestrationContext ctx) {\n  int shared = 1;\n  "
                 "co_return shared;\n}")
            .empty());
  CHECK(
      found_in("int shared = 0;\nTask<int> f(OrchestrationContext ctx, int shared) {\n  co_return "
               "shared;\n}")
          .empty());
}

TEST_CASE("each sentence names the thing and says what to write instead", "[lint]") {
  const auto message_of = [](const std::string& body) {
    const auto found =
        look_at({{"a.cpp", "Task<int> f(OrchestrationContext ctx) {\n" + body + "\n}\n"}});
    return found.size() == 1 ? found.front().message : std::string();
  };
  using Catch::Contains;
  using Catch::StartsWith;
  CHECK_THAT(message_of("auto t = std::chrono::steady_clock::now();"),
             StartsWith("`steady_clock` ") && Contains("ctx.utc_now()"));
  CHECK_THAT(message_of("int n = rand();"), StartsWith("`rand` ") && Contains("ctx.side_effect()"));
  CHECK_THAT(message_of("auto* home = std::getenv(\"HOME\");"), Contains("pass it as input"));
  CHECK_THAT(message_of("sleep(1);"), Contains("ctx.schedule_timer()"));
  CHECK_THAT(message_of("std::ifstream f(\"a\");"), Contains("do it in an activity"));
  CHECK_THAT(message_of("client.raise_event(\"i\", \"e\");"), Contains("use the context"));
  CHECK_THAT(message_of("static int n = 0;"), Contains("keep it in a local variable"));
}

TEST_CASE("one mistake in a line is told once", "[lint]") {
  CHECK(found_in_orchestration("  std::lock_guard<std::mutex> lock(m); int n = rand();") ==
        Lines{"2 thread", "2 random"});
}

}  // namespace nondeterminism_test
