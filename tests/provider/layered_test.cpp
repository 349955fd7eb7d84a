// Changes laid over tables: whoever reads sees what would be there if they were in them.

#include <random>

#include <catch2/catch.hpp>

#include "storage/layered.hpp"
#include "storage/memory/memory_kv.hpp"

namespace duroxide::layered_test {

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
    below.commit(Changes(changes));
    expected.commit(Changes(changes));
  }
  void lay(const Changes& changes) {
    expected.commit(Changes(changes));
    lay_over(*above, Changes(changes));
  }
  [[nodiscard]] LayeredView view() { return LayeredView(below.snapshot(), above); }
};

Changes one_change(std::string key, std::optional<std::string> value) {
  Changes changes;
  rows_of(changes).emplace(std::move(key), Change{std::move(value), false});
  return changes;
}

/// Counts the steps of another cursor.
class CountingCursor final : public Cursor {
 public:
  CountingCursor(std::unique_ptr<Cursor> cursor, int& steps)
      : cursor_(std::move(cursor)), steps_(steps) {}
  bool seek(std::string_view key) override { return ++steps_, cursor_->seek(key); }
  bool last() override { return ++steps_, cursor_->last(); }
  bool next() override { return ++steps_, cursor_->next(); }
  bool prev() override { return ++steps_, cursor_->prev(); }
  [[nodiscard]] std::string_view key() const override { return cursor_->key(); }
  [[nodiscard]] model::BytesView value() const override { return cursor_->value(); }

 private:
  std::unique_ptr<Cursor> cursor_;
  int& steps_;
};

using Random = std::mt19937;

std::string random_key(Random& random) {
  return std::string(1, static_cast<char>('a' + random() % 26));
}

Changes random_changes(Random& random) {
  Changes changes;
  for (auto count = random() % 6; count > 0; --count) {
    std::optional<std::string> value;
    if (random() % 3 != 0) {
      value = std::to_string(random());
    }
    rows_of(changes).insert_or_assign(random_key(random), Change{std::move(value), false});
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
    layers.commit_below(random_changes(random));
  }
  for (int commit = 0; commit < 6; ++commit) {
    layers.lay(random_changes(random));
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

TEST_CASE("a new row that is erased leaves nothing, and any other an erasure", "[kv]") {
  Changes changes;
  rows_of(changes).emplace("new", Change{"1", true});
  rows_of(changes).emplace("old", Change{"1", false});
  for (const char* key : {"new", "old", "older"}) {
    lay_over(changes, one_change(key, std::nullopt));
  }
  CHECK(rows_of(changes).count("new") == 0);
  CHECK_FALSE(rows_of(changes).at("old").value);
  CHECK_FALSE(rows_of(changes).at("older").value);

  // What was there below does not become new by being erased in between.
  Changes again;
  rows_of(again).emplace("old", Change{"2", true});
  lay_over(changes, std::move(again));
  lay_over(changes, one_change("old", std::nullopt));
  REQUIRE(rows_of(changes).count("old") == 1);
  CHECK_FALSE(rows_of(changes).at("old").value);
}

TEST_CASE("a cursor that is to stay with a prefix does not look beyond it", "[kv]") {
  Layers layers;
  Changes rows;
  Changes erased;
  for (int i = 100; i < 200; ++i) {
    rows_of(rows).emplace("b" + std::to_string(i), Change{"1", false});
    rows_of(erased).emplace("b" + std::to_string(i), Change{std::nullopt, false});
  }
  for (const char* key : {"a1", "a2", "c"}) {
    rows_of(rows).emplace(key, Change{"1", false});
  }
  rows_of(erased).emplace("a2", Change{std::nullopt, false});
  layers.commit_below(rows);
  layers.lay(erased);
  const auto below = layers.below.snapshot();
  int steps = 0;
  LayeredCursor cursor(std::make_unique<CountingCursor>(below->cursor(table), steps),
                       rows_of(*layers.above), "a");
  REQUIRE(cursor.seek("a"));
  CHECK(cursor.key() == "a1");
  CHECK_FALSE(cursor.next());
  CHECK_FALSE(cursor.seek("a2"));
  CHECK(steps < 8);
}

TEST_CASE("a cursor at its end stays there until it is sent elsewhere", "[kv]") {
  Layers layers;
  layers.lay(one_change("a", "1"));
  const auto view = layers.view();
  const auto cursor = view.cursor(table);
  CHECK_FALSE(cursor->next());
  REQUIRE(cursor->last());
  CHECK_FALSE(cursor->next());
  CHECK_FALSE(cursor->prev());
  REQUIRE(cursor->seek({}));
  CHECK(cursor->key() == "a");
}

}  // namespace duroxide::layered_test
