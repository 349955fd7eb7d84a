// Comments that silence a rule, and which files are looked at.

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "support/temp_dir.hpp"

#include "found.hpp"

using namespace duroxide::lint;
using namespace duroxide::lint::test;

namespace allowed_test {

TEST_CASE("a comment with a reason silences its rule for its line", "[lint]") {
  CHECK(
      found_in_orchestration("  int n = rand();  // duroxide-lint: allow(random) a test").empty());
  CHECK(found_in_orchestration("  int n = rand();  /* duroxide-lint: allow(random) a test */")
            .empty());
  CHECK(found_in_orchestration("  int n = rand();  // duroxide-lint: allow(clock) a test") ==
        Lines{"2 random"});
  CHECK(found_in_orchestration(
            "  // duroxide-lint: allow(random) a test\n  int n = rand();\n  int m = "
            "rand();") == Lines{"4 random"});
  CHECK(found_in_orchestration(
            "  // duroxide-lint: allow(random) a test\n  // and more of it\n\n  int n "
            "= rand();")
            .empty());
}

TEST_CASE("a comment above a function silences its rule for all of it", "[lint]") {
  CHECK(found_in("// duroxide-lint: allow(random) a test\n[[nodiscard]] Task<int> "
                 "f(OrchestrationContext ctx) {\n  rand();\n  rand();\n}\nTask<int> "
                 "g(OrchestrationContext ctx) {\n  rand();\n}") == Lines{"7 random"});
}

TEST_CASE("a comment without a reason, or for no rule, silences nothing and is told", "[lint]") {
  const auto told = [](const std::string& comment) {
    const auto found = look_at({{"a.cpp", "\n// " + comment + "\n"}});
    return found.size() == 1 ? text_of(found.front()) : std::string("not told");
  };
  CHECK(told("duroxide-lint: allow(random)") ==
        "a.cpp:2:1: allow: say behind `allow(random)` why this is right here");
  CHECK(told("duroxide-lint: allow(chance) it is") ==
        "a.cpp:2:1: allow: there is no rule `chance` to allow; `duroxide lint --help` lists them");
  CHECK(told("duroxide-lint: off") ==
        "a.cpp:2:1: allow: after `duroxide-lint:` write `allow(rule) reason`");
  CHECK(told("duroxide-lint: allow(allow) it is") ==
        "a.cpp:2:1: allow: there is no rule `allow` to allow; `duroxide lint --help` lists them");
  CHECK(found_in_orchestration("  int n = rand();  // duroxide-lint: allow(random)") ==
        Lines{"2 allow", "2 random"});
}

TEST_CASE("directories are searched for sources, but for what is hidden", "[lint]") {
  const duroxide::testing::TempDir directory;
  const auto make = [&](const std::string& name) {
    std::filesystem::create_directories((directory.path() / name).parent_path());
    std::ofstream(directory.path() / name) << "int n;\n";
  };
  for (const char* name :
       {"b/two.hpp", "b/one.cpp", "a.cc", "notes.txt", ".git/x.cpp", "odd.inc"}) {
    make(name);
  }
  std::vector<std::filesystem::path> missing;
  const auto at = [&](const char* name) { return directory.path() / name; };
  CHECK(sources_in({directory.path(), at("a.cc")}, missing) ==
        std::vector<std::filesystem::path>{at("a.cc"), at("b/one.cpp"), at("b/two.hpp")});
  CHECK(missing.empty());
  CHECK(sources_in({at("odd.inc")}, missing).size() == 1);
  CHECK(sources_in({at("none")}, missing).empty());
  CHECK(missing == std::vector<std::filesystem::path>{at("none")});
}

}  // namespace allowed_test
