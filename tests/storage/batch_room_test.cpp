// How much room a batch asks for: what its commit writes, and not what has come and gone before it.

#include <string>

#include <catch2/catch.hpp>

#include "provider/faulty_kv.hpp"
#include "storage/batch.hpp"

namespace duroxide::batch_room_test {

using namespace duroxide::storage;
using duroxide::testing::FaultyKv;

namespace {

constexpr std::size_t large = 1'000'000;

}  // namespace

TEST_CASE("what has come and gone within a batch takes no room", "[kv]") {
  FaultyKv kv;  // which ends the process if more is committed than room was made for
  Batch batch(kv);
  batch.begin_request();
  batch.put_new(Table::work, "kept", "1");
  const auto alone = batch.bytes();
  batch.put_new(Table::inbox, "message", std::string(large, 'x'));
  const auto with_message = batch.bytes();
  CHECK(with_message >= alone + large);
  const auto mark = batch.mark();
  batch.erase(Table::inbox, "message");
  CHECK(batch.bytes() == alone);
  batch.undo_to(mark);
  CHECK(batch.bytes() == with_message);
  batch.erase(Table::inbox, "message");
  batch.make_room(0);
  batch.commit();
  CHECK(batch.bytes() == 0);
  CHECK(kv.snapshot()->count(Table::inbox) == 0);
}

TEST_CASE("a row that a batch writes twice takes the room of what it wrote last", "[kv]") {
  FaultyKv kv;
  Batch batch(kv);
  batch.begin_request();
  batch.put(Table::values, "key", std::string(large, 'x'));
  const auto with_large = batch.bytes();
  const auto mark = batch.mark();
  batch.put(Table::values, "key", "short");
  CHECK(batch.bytes() == with_large - large + 5);
  batch.undo_to(mark);
  CHECK(batch.bytes() == with_large);
  batch.undo_request();
  CHECK(batch.bytes() == 0);
  batch.put(Table::values, "key", "short");
  batch.make_room(0);
  batch.commit();
  CHECK(kv.snapshot()->get(Table::values, "key") == "short");
}

TEST_CASE("a batch that goes back to more has the room that it was given", "[kv]") {
  FaultyKv kv;
  Batch batch(kv);
  batch.begin_request();
  batch.put_new(Table::inbox, "message", std::string(large, 'x'));
  batch.make_room(0);
  batch.begin_request();
  batch.erase(Table::inbox, "message");
  batch.put(Table::inbox, "another", "1");
  batch.make_room(0);
  batch.undo_request();  // it is refused, and the large one is there again
  CHECK(batch.has_room(0));
  batch.commit();
  CHECK(kv.snapshot()->get(Table::inbox, "message")->size() == large);
}

}  // namespace duroxide::batch_room_test
