// Layers of commits over tables: whoever holds a stack of them sees what was committed when it was taken,
// whatever is committed, merged and written into the tables meanwhile.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "property/random.hpp"
#include "storage/memory/memory_kv.hpp"
#include "storage/overlay/layers.hpp"

namespace duroxide::layers_test {

using namespace duroxide::storage;
using property::Random;

namespace {

constexpr Table table = Table::values;

using Rows = std::vector<std::pair<std::string, std::string>>;

Changes random_changes(Random& random) {
  Changes changes;
  auto& rows = changes.at(static_cast<std::size_t>(table));
  for (std::uint32_t count = random.below(6); count > 0; --count) {
    std::optional<std::string> value;
    if (!random.chance(30)) {
      value = std::string(random.below(50), 'v') + std::to_string(random.next());
    }
    rows.insert_or_assign("key" + std::to_string(random.below(40)), Change{value, false});
  }
  return changes;
}

Rows rows_of(const ReadView& view) {
  Rows rows;
  const auto cursor = view.cursor(table);
  for (bool more = cursor->seek({}); more; more = cursor->next()) {
    rows.emplace_back(cursor->key(), cursor->value());
  }
  return rows;
}

/// All layers, as one set of changes.
void write(KvStore& tables, const LayerStack& stack) {
  for (std::size_t layer = 0; layer < stack.size(); ++layer) {
    tables.commit(Changes(stack[layer].changes));
  }
}

/// A stack that somebody has taken, over the tables as they were then, and what must be seen.
struct Held {
  std::unique_ptr<MemoryKv> tables;
  LayerStack stack;
  Rows expected;

  [[nodiscard]] Rows rows() const { return rows_of(*stack.over(tables->snapshot())); }
};

/// Tables of their own, as nobody commits to those that somebody holds a snapshot of.
std::unique_ptr<MemoryKv> copy_of(MemoryKv& tables) {
  Changes changes;
  for (const auto& [key, value] : rows_of(*tables.snapshot())) {
    changes.at(static_cast<std::size_t>(table))[key] = Change{value, false};
  }
  auto copy = std::make_unique<MemoryKv>();
  copy->commit(std::move(changes));
  return copy;
}

}  // namespace

TEST_CASE("a stack of layers shows what was committed when it was taken", "[kv]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    INFO("seed " << seed);
    MemoryKv tables;
    MemoryKv expected;
    Layers layers;
    std::vector<Held> held;
    std::uint64_t last = 0;
    for (int step = 0; step < 60; ++step) {
      const Changes changes = random_changes(random);
      expected.commit(Changes(changes));
      layers.push(++last, changes);
      if (random.chance(30)) {
        held.push_back({copy_of(tables), layers.stack(), rows_of(*expected.snapshot())});
      }
      if (random.chance(10)) {
        const auto sealed = layers.seal();
        for (std::uint32_t more = random.below(4); more > 0; --more) {
          const Changes meanwhile = random_changes(random);
          expected.commit(Changes(meanwhile));
          layers.push(++last, meanwhile);
        }
        write(tables, sealed);
        // Before the layers go, a reader may lay them over tables that hold them.
        REQUIRE(rows_of(*layers.stack().over(tables.snapshot())) == rows_of(*expected.snapshot()));
        layers.drop(sealed.last());
      }
      if (random.chance(20) && !held.empty()) {
        held.erase(held.begin() + random.below(static_cast<std::uint32_t>(held.size())));
      }
      REQUIRE(rows_of(*layers.stack().over(tables.snapshot())) == rows_of(*expected.snapshot()));
      for (const Held& each : held) {
        REQUIRE(each.rows() == each.expected);
      }
    }
  }
}

TEST_CASE("a payload that several rows share takes memory once", "[kv][payloads]") {
  const Payload payload(std::string(100'000, 'p'));
  Changes changes;
  auto& rows = changes.at(static_cast<std::size_t>(table));
  rows["first"] = Change{model::SharedBytes("1", {{1, payload}}), false};
  rows["second"] = Change{model::SharedBytes("2", {{0, payload}, {1, payload}}), false};
  Layers layers;
  layers.push(1, std::move(changes));
  CHECK(layers.bytes() >= 100'000);
  CHECK(layers.bytes() < 101'000);
  CHECK(layers.bytes_of_rows() < 1'000);
  CHECK(layers.bytes_in_tables() >= 300'000);
  layers.push(2, {});
  CHECK(layers.bytes_in_tables() >= 300'000);  // merged with the other
  MemoryKv tables;
  const auto view = layers.stack().over(tables.snapshot());
  CHECK(view->get(table, "first")->has_parts());
  CHECK(view->get(table, "second") == payload + "2" + payload);
}

TEST_CASE("layers are few, however many commits there are and whoever reads", "[kv]") {
  Layers layers;
  Random random(1);
  std::vector<LayerStack> held;
  for (std::uint64_t commit = 1; commit <= 2'000; ++commit) {
    layers.push(commit, random_changes(random));
    held.push_back(layers.stack());
    REQUIRE(held.back().size() <= 16);
  }
}

TEST_CASE("layers that nobody reads are one", "[kv]") {
  Layers layers;
  Random random(1);
  for (std::uint64_t commit = 1; commit <= 20; ++commit) {
    layers.push(commit, random_changes(random));
  }
  CHECK(layers.stack().size() == 1);
  CHECK(layers.stack().last() == 20);
}

TEST_CASE("what is sealed is merged with nothing newer, and goes", "[kv]") {
  Layers layers;
  Random random(1);
  layers.push(1, random_changes(random));
  layers.push(2, random_changes(random));
  const auto sealed = layers.seal();
  CHECK(sealed.last() == 2);
  layers.push(3, random_changes(random));
  CHECK(layers.stack().size() == 2);
  layers.drop(2);
  REQUIRE(layers.stack().size() == 1);
  CHECK(layers.stack()[0].first == 3);
  layers.drop(3);
  CHECK(layers.stack().empty());
  CHECK(layers.bytes() == 0);
}

TEST_CASE("a layer is read on any thread while others are laid on it", "[kv][threads]") {
  MemoryKv tables;
  Layers layers;
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  const auto read = [&] {
    while (!done) {
      const auto stack = layers.stack();
      const std::string expected = std::to_string(stack.last());
      const auto view = stack.over(tables.snapshot());
      if (!stack.empty() && view->get(table, "last") != expected) {
        ++wrong;
      }
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (std::uint64_t commit = 1; commit <= 3'000; ++commit) {
    Changes changes;
    changes.at(static_cast<std::size_t>(table))["last"] = Change{std::to_string(commit), false};
    layers.push(commit, std::move(changes));
  }
  done = true;
  first.join();
  second.join();
  CHECK(wrong == 0);
}

}  // namespace duroxide::layers_test
