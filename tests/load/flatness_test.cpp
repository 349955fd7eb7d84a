// What a soak takes for growth, and what it does not.

#include <catch2/catch.hpp>

#include "load/flatness.hpp"
#include "load/numbers.hpp"

namespace duroxide::flatness_test {

using namespace duroxide::load;

namespace {

constexpr std::size_t rounds = 20;
constexpr std::uint64_t orchestrations_of_a_round = 50'000;
constexpr std::uint64_t resting_heap = 8 << 20;

/// Samples of a process in which nothing grows, but for a warm-up.
std::vector<Sample> flat_samples() {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < rounds; ++i) {
    Sample sample;
    sample.orchestrations = orchestrations_of_a_round * (i + 1);
    sample.heap = resting_heap + (i < 3 ? 0 : 2 << 20) + (i % 3) * 1024;
    sample.descriptors = 14;
    sample.threads = 12;
    sample.store_bytes = 200 << 10;
    sample.file_bytes = 4 << 20;
    samples.push_back(sample);
  }
  return samples;
}

}  // namespace

TEST_CASE("what warms up and then stays is flat", "[load]") {
  CHECK(what_grew(flat_samples()).empty());
}

TEST_CASE("the smallest object that is left for each orchestration is found", "[load]") {
  auto samples = flat_samples();
  for (Sample& sample : samples) {
    sample.heap += 32 * sample.orchestrations;
  }
  REQUIRE(what_grew(samples).size() == 1);
  CHECK(what_grew(samples).front().starts_with("the heap grew"));
}

TEST_CASE("a descriptor, a thread or a page that is left in each round is found", "[load]") {
  const auto leave = GENERATE(
      +[](Sample& sample, std::uint64_t i) { sample.descriptors += i; },
      +[](Sample& sample, std::uint64_t i) { sample.threads += i; },
      +[](Sample& sample, std::uint64_t i) { sample.store_bytes += i * (256 << 10); },
      +[](Sample& sample, std::uint64_t i) { sample.file_bytes += i * (512 << 10); });
  auto samples = flat_samples();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    leave(samples[i], i);
  }
  CHECK(what_grew(samples).size() == 1);
}

TEST_CASE("a median of a quarter needs four samples", "[load]") {
  const std::vector<Sample> three(3);
  CHECK_THROWS_AS(what_grew(three), std::invalid_argument);
}

TEST_CASE("numbers are written as people read them", "[load]") {
  CHECK(with_commas(7) == "7");
  CHECK(with_commas(41'200) == "41,200");
  CHECK(with_commas(1'234'567) == "1,234,567");
  CHECK(signed_percent(0.34) == "+0.3 %");
  CHECK(signed_percent(-2) == "-2.0 %");
}

}  // namespace duroxide::flatness_test
