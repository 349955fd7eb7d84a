// Everything mixed, for a long time: what was started ends, and nothing is left over.
//
//   DUROXIDE_SOAK_SECONDS=600 build/tests/load/load_tests "nothing is left over*"

#include <catch2/catch.hpp>

#include "load/flatness.hpp"
#include "load/soak.hpp"
#include "property/from_environment.hpp"
#include "support/tried.hpp"

namespace duroxide::soak_test {

using namespace duroxide::load;

namespace {

std::string all_of(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    all += text + "\n";
  }
  return all;
}

/// For whoever looks at a failure.
std::string table_of(const std::vector<Sample>& samples) {
  std::string table = "orchestrations, heap, descriptors, threads, store, files\n";
  for (const Sample& each : samples) {
    for (const auto number : {each.orchestrations, each.heap, each.descriptors, each.threads,
                              each.store_bytes, each.file_bytes}) {
      table += std::to_string(number) + " ";
    }
    table += "\n";
  }
  return table;
}

}  // namespace

TEST_CASE("nothing is left over, however long everything runs at once", "[load][soak]") {
  SoakOptions options;
  options.time = std::chrono::seconds(
      property::from_environment("DUROXIDE_SOAK_SECONDS", DUROXIDE_DEFAULT_SOAK_SECONDS));
  const SoakReport report = Soak(options).run();
  testing::tell_tried(report.line);
  CHECK(all_of(report.problems) == "");
  REQUIRE(report.samples.size() >= 4);
  INFO(table_of(report.samples));
  CHECK(all_of(what_grew(report.samples)) == "");
}

TEST_CASE("a soak finds an object that is left behind by each orchestration", "[load][soak]") {
  SoakOptions options;
  options.time = std::chrono::seconds(1);
  options.planted_leak = 64'000;  // so much that even a slow machine leaves more than noise
  const SoakReport report = Soak(options).run();
  CHECK(all_of(report.problems) == "");
  REQUIRE(report.samples.size() >= 4);
  const auto grown = what_grew(report.samples);
  REQUIRE_FALSE(grown.empty());
  CHECK(grown.front().starts_with("the heap grew"));
}

}  // namespace duroxide::soak_test
