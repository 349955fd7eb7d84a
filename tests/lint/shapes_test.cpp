// The shapes of coroutines that GCC 12 compiles wrongly, and their cures.

#include <catch2/catch.hpp>

#include "found.hpp"

using namespace duroxide::lint;
using namespace duroxide::lint::test;

namespace shapes_test {

std::string coroutine(const std::string& body) {
  return "Task<int> f(C c) {\n" + body + "\n  co_return 1;\n}";
}

TEST_CASE("a branch around a co_await in a coroutine that declares nothing is found",
          "[lint][compiler-hazards]") {
  const std::string branch = GENERATE(
      "  if (c.yes()) {\n    co_await c.step();\n  }", "  while (c.more()) co_await c.a();",
      "  try {\n    co_await c.a();\n  } catch (...) {\n  }",
      "  for (int i = 0; i < 3; ++i) {\n    co_await c.a();\n  }",
      "  switch (c.kind()) {\n    default:\n      co_await c.a();\n  }",
      "  do {\n    co_await c.a();\n  } while (c.more());",
      "  if (c.no()) {\n  } else {\n    co_await c.a();\n  }");
  INFO(branch);
  CHECK(found_in(coroutine(branch)) == Lines{"2 no-local"});
  CHECK(found_in("auto f = [](C c) -> Task<int> {\n" + branch + "\n  co_return 1;\n};") ==
        Lines{"2 no-local"});
  CHECK(found_in("int g() { return 1; }\ntemplate <class C>\n" + coroutine(branch)) ==
        Lines{"4 no-local"});
}

TEST_CASE("any local variable in the outermost block is the cure", "[lint][compiler-hazards]") {
  const std::string local = GENERATE(
      "int n = 0;", "unsigned n = 0;", "unsigned long long n{};", "const auto shield = c.shield();",
      "std::vector<int> all;", "std::map<std::string, std::vector<int>> all(7);", "Saga& saga = c;",
      "auto [a, b] = c.two();", "const auto& [a, b] = c.two();", "[[maybe_unused]] int n = 0;",
      "static const int n = 1;", "::my::Type* p = nullptr;", "int row[3];", "int a, b;",
      "const auto f = [](int x) { return x; };", "decltype(c.n()) n = 0;",
      "alignas(16) char block[16];", "struct Place place;", "int (*f)(int) = pick();",
      "auto made = Order{1};");
  INFO(local);
  CHECK(found_in(coroutine(local + "\n  if (c.yes()) {\n    co_await c.step();\n  }")).empty());
}

TEST_CASE("what is no local variable of the outermost block is no cure",
          "[lint][compiler-hazards]") {
  const std::string statement =
      GENERATE("c.log();", "n = 7;", "c.all[3] = 1;", "using T = int;", "{\n    int n = 0;\n  }",
               "co_await c.a();", "if (int n = 0; n > 0) {\n  }", "struct Local {};",
               "struct Local final {};", ";", "if constexpr (sizeof(int) > 2) {\n    c.log();\n  }",
               "c.call([] { int n = 0; return n; });");
  INFO(statement);
  CHECK(found_in(coroutine(statement + "\n  if (c.yes()) {\n    co_await c.step();\n  }")).size() ==
        1);
}

TEST_CASE("what is no coroutine, and branches that await nothing, are left alone",
          "[lint][compiler-hazards]") {
  CHECK(found_in("int f(C c) {\n  if (c.yes()) {\n    c.step(\"co_await\");  // co_await\n  }\n"
                 "  return 1;\n}")
            .empty());
  CHECK(found_in(coroutine("  if (c.yes()) {\n    c.log();\n  }\n  co_await c.a();")).empty());
  CHECK(found_in("auto f(C c) {\n  if (c.yes()) {\n    return operator co_await(c);\n  }\n"
                 "  return c.a();\n}")
            .empty());
  // The lambda awaits, not the branch.
  CHECK(found_in(coroutine("  if (c.yes()) {\n    c.keep([](C d) -> Task<> { int n = 0; co_await "
                           "d.a(); });\n  }"))
            .empty());
}

TEST_CASE("an aggregate made inside a co_await expression is found", "[lint][compiler-hazards]") {
  CHECK(found_in(coroutine("  co_await c.step(\"A\", Options{.tag = 1});")) ==
        Lines{"2 aggregate"});
  CHECK(found_in(coroutine("  co_await c.step(\"A\", {.tag = 1});")) == Lines{"2 aggregate"});
  const std::string order = "struct Order {\n  int n;\n};\n";
  CHECK(found_in(order + coroutine("  co_await c.step(\"A\", Order{1});")) == Lines{"5 aggregate"});
  CHECK(found_in(order + coroutine("  co_await c.step(\"A\", std::make_pair(1, my::Order{1}));")) ==
        Lines{"5 aggregate"});
  CHECK(found_in(order + coroutine("  use(co_await c.a(), Order{1});")) == Lines{"5 aggregate"});
}

TEST_CASE("an aggregate is known from another file", "[lint][compiler-hazards]") {
  const std::string code = coroutine("  co_await c.step(\"A\", Order{1});");
  CHECK(found_in(code).empty());
  const auto found =
      look_at({{"order.hpp", "struct Order final {\n  int n;\n};"}, {"a.cpp", code}});
  REQUIRE(found.size() == 1);
  CHECK(text_of(found.front()) ==
        "a.cpp:2:24: aggregate: GCC 12 destroys an aggregate twice that is made inside a co_await "
        "expression: write input<Type>(members...), or give it a name in a statement before");
}

TEST_CASE("what is made elsewhere, or has a constructor, is left alone",
          "[lint][compiler-hazards]") {
  CHECK(found_in("struct Order {\n  explicit Order(int);\n};\n" +
                 coroutine("  co_await c.step(\"A\", Order{1});"))
            .empty());
  CHECK(found_in("struct Order {\n  int n;\n};\n" +
                 coroutine("  co_await c.step(\"A\", input<Order>(1));\n  Order order{1};"))
            .empty());
  CHECK(found_in(coroutine("  co_await c.step(\"A\", Options().tag(1));")).empty());
  CHECK(
      found_in("struct Order {\n  int n;\n};\n" +
               coroutine("  int n = 0;\n  if (co_await c.step(\"A\")) {\n    Order order{1};\n  }"))
          .empty());
  CHECK(found_in("struct Order {\n  int n;\n};\n" +
                 coroutine("  co_await c.map([](int n) -> Order { return Order{n}; });"))
            .empty());
}

TEST_CASE("a lambda with captures inside a co_await expression is found",
          "[lint][compiler-hazards]") {
  const std::string lambda = GENERATE("[x](int) { return x; }", "[&] { return 1; }",
                                      "[=, this]() mutable { return 1; }", "[x = 1] { return x; }");
  INFO(lambda);
  CHECK(found_in(coroutine("  co_await c.step(" + lambda + ");")) == Lines{"2 capturing"});
  CHECK(found_in(coroutine("  co_await c.step([] { return 1; }, " + lambda + ");")) ==
        Lines{"2 capturing"});
  CHECK(found_in(coroutine("  const auto named = " + lambda + ";\n  co_await c.step(named);"))
            .empty());
}

TEST_CASE("an index, and a lambda without captures, are left alone", "[lint][compiler-hazards]") {
  CHECK(found_in(coroutine("  co_await c.step([](int x) { return x; });")).empty());
  CHECK(found_in(coroutine("  co_await c.all[2];")).empty());
  CHECK(found_in(coroutine("  co_await all[at(2)];")).empty());
}

TEST_CASE("the sentence about a coroutine without a local names place and cure",
          "[lint][compiler-hazards]") {
  const auto found =
      look_at({{"a.cpp", coroutine("  if (c.yes()) {\n    co_await c.step();\n  }")}});
  REQUIRE(found.size() == 1);
  CHECK(text_of(found.front()) ==
        "a.cpp:2:3: no-local: GCC 12 compiles this coroutine wrongly, as its outermost block "
        "declares "
        "nothing and holds an if, while, for, switch or try around a co_await: declare any local "
        "variable in that block");
}

}  // namespace shapes_test
