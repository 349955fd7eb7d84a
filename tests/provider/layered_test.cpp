// Changes laid over tables: whoever reads sees what would be there if they were in them.

#include <random>

#include <catch2/catch.hpp>

#include "provider/core/layered.hpp"
#include "provider/memory/memory_kv.hpp"

using namespace duroxide::storage;

namespace {

constexpr Table table = Table::inbox;

TableChanges& rows_of(Changes& changes) {
  return changes.at(static_cast<std::size_t>(table));
}

/// Some tables, changes to come, and tables that have them already.
struct Layers {
  MemoryKv below;
  std::shared_ptr<Changes> above = std::make_shared<Changes>();
  MemoryKv expected;

  void commit_below(const Changes& changes) {
    below.commit(changes);
    expected.commit(changes);
  }
  void lay(const Changes& changes) {
    lay_over(*above, changes);
    expected.commit(changes);
  }
  [[nodiscard]] LayeredView view() { return LayeredView(below.snapshot(), above); }
};

Changes one(std::string key, std::optional<std::string> value, bool fresh = false) {
  Changes changes;
  rows_of(changes).emplace(std::move(key), Change{std::move(value), fresh});
  return changes;
}

using Random = std::mt19937;

std::string random_key(Random& random) {
  return std::string(1, static_cast<char>('a' + random() % 26));
}

/// Marks a row as fresh only if it is, as everybody must who commits.
Changes random_changes(Random& random, MemoryKv& now) {
  Changes changes;
  const auto view = now.snapshot();
  for (auto count = random() % 6; count > 0; --count) {
    const std::string key = random_key(random);
    if (random() % 3 == 0) {
      rows_of(changes).insert_or_assign(key, Change{std::nullopt, false});
    } else {
      const bool fresh = random() % 2 == 0 && !view->get(table, key);
      rows_of(changes).insert_or_assign(key, Change{std::to_string(random()), fresh});
    }
  }
  return changes;
}

void check_row(bool found, bool expected, const Cursor& cursor, const Cursor& other) {
  REQUIRE(found == expected);
  if (found) {
    REQUIRE(cursor.key() == other.key());
    REQUIRE(cursor.value() == other.value());
  }
}

/// Goes to some row, then to and fro until the cursor meets an end.
void walk(Random& random, Cursor& cursor, Cursor& expected) {
  const std::string key = random() % 8 == 0 ? std::string() : random_key(random);
  bool more = false;
  switch (random() % 3) {
    case 0:
      more = expected.seek(key);
      check_row(cursor.seek(key), more, cursor, expected);
      break;
    case 1:
      more = expected.seek_back(key);
      check_row(cursor.seek_back(key), more, cursor, expected);
      break;
    default:
      more = expected.last();
      check_row(cursor.last(), more, cursor, expected);
      break;
  }
  while (more && random() % 16 != 0) {
    const bool forth = random() % 2 == 0;
    more = forth ? expected.next() : expected.prev();
    check_row(forth ? cursor.next() : cursor.prev(), more, cursor, expected);
  }
}

}  // namespace

TEST_CASE("layers read as one, whatever was changed and whichever way they are read", "[kv]") {
  const auto seed = GENERATE(range(1U, 200U));
  CAPTURE(seed);
  Random random(seed);
  Layers layers;
  for (int i = 0; i < 4; ++i) {
    layers.commit_below(random_changes(random, layers.expected));
  }
  for (int commit = 0; commit < 6; ++commit) {
    layers.lay(random_changes(random, layers.expected));
    const auto view = layers.view();
    const auto expected = layers.expected.snapshot();
    for (char key = 'a'; key <= 'z'; ++key) {
      REQUIRE(view.get(table, std::string(1, key)) == expected->get(table, std::string(1, key)));
    }
    REQUIRE(view.count(table) == expected->count(table));
    const auto cursor = view.cursor(table);
    const auto other = expected->cursor(table);
    for (int i = 0; i < 20; ++i) {
      walk(random, *cursor, *other);
    }
  }
}

TEST_CASE("what came and went between two layers leaves nothing", "[kv]") {
  Changes changes = one("a", "1", true);
  lay_over(changes, one("a", std::nullopt));
  CHECK(rows_of(changes).empty());
}

TEST_CASE("a row that was there before stays erased, also if it came back in between", "[kv]") {
  Changes changes = one("a", std::nullopt);
  lay_over(changes, one("a", "1", true));
  CHECK(rows_of(changes).at("a").value == "1");
  lay_over(changes, one("a", std::nullopt));
  REQUIRE(rows_of(changes).count("a") == 1);
  CHECK_FALSE(rows_of(changes).at("a").value);
}

TEST_CASE("a cursor at its end stays there until it is sent elsewhere", "[kv]") {
  Layers layers;
  layers.lay(one("a", "1"));
  const auto view = layers.view();
  const auto cursor = view.cursor(table);
  CHECK_FALSE(cursor->next());
  REQUIRE(cursor->last());
  CHECK_FALSE(cursor->next());
  CHECK_FALSE(cursor->prev());
  REQUIRE(cursor->seek({}));
  CHECK(cursor->key() == "a");
}
