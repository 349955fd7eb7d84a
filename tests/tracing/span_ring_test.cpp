// The ring of spans between those who make them and the one who exports them.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tracing/span_ring.hpp"

namespace duroxide::span_ring_test {

using tracing::Span;
using tracing::SpanRing;

namespace {

Span span_of(std::uint64_t number, std::string_view name) {
  Span span;
  span.numbers.event_id = number;
  span.instance = "i";
  span.name = name;
  span.error = "e";
  return span;
}

}  // namespace

TEST_CASE("span ring: spans come out as they went in, whatever their number and length",
          "[tracing][limits]") {
  const auto capacity = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{8});
  CAPTURE(capacity);
  SpanRing ring(capacity);
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  for (int round = 0; round < 5; ++round) {
    CHECK(ring.is_empty());
    for (std::size_t i = 0; i < capacity; ++i) {
      const std::string name(in * 30, 'n');  // the later do not fit into a place
      CHECK(ring.push(span_of(in, name)) == in);
      ++in;
    }
    CHECK_FALSE(ring.push(span_of(in, "one too many")));
    CHECK(ring.pushed() == in);
    while (!ring.is_empty()) {
      const Span span = ring.front();
      CHECK(span.numbers.event_id == out);
      CHECK(span.instance == "i");
      CHECK(span.name == std::string(out * 30, 'n'));
      CHECK(span.version.empty());
      CHECK(span.error == "e");
      ring.pop_front();
      CHECK(ring.popped() == ++out);
    }
    CHECK(out == in);
  }
}

TEST_CASE("span ring: of many threads each span that found a place comes out once, in order",
          "[tracing][threads]") {
  constexpr std::uint64_t threads = 4;
  constexpr std::uint64_t each = 5'000;
  SpanRing ring(16);
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> at_work{threads};
  std::vector<std::thread> makers;
  for (std::uint64_t maker = 0; maker < threads; ++maker) {
    makers.emplace_back([&, maker] {
      const std::string name = std::to_string(maker);
      for (std::uint64_t i = 0; i < each; ++i) {
        if (!ring.push(span_of(i, name))) {
          ++refused;
        }
      }
      --at_work;
    });
  }
  std::map<std::string, std::uint64_t, std::less<>> next;
  std::uint64_t taken = 0;
  bool in_order = true;
  while (true) {
    const bool were_at_work = at_work > 0;
    if (ring.is_empty()) {
      if (!were_at_work) {
        break;
      }
      std::this_thread::yield();
      continue;
    }
    const Span span = ring.front();
    std::uint64_t& expected = next[std::string(span.name)];
    in_order = in_order && span.numbers.event_id >= expected;
    expected = span.numbers.event_id + 1;
    ++taken;
    ring.pop_front();
  }
  for (std::thread& maker : makers) {
    maker.join();
  }
  CHECK(in_order);
  CHECK(taken == ring.pushed());
  CHECK(taken + refused == threads * each);
}

}  // namespace duroxide::span_ring_test
