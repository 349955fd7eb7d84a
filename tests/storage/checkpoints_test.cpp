// When the log goes into the tables, and who waits for that.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "model/metrics.hpp"
#include "storage/logged_fixture.hpp"

namespace duroxide::checkpoints_test {

using namespace logged_test;

TEST_CASE("a checkpoint grows the map", "[kv]") {
  Fixture fixture;
  {
    Opened store(fixture.directory, 64 << 10);
    for (int row = 0; row < 300; ++row) {
      commit_to(store.kv, one_change("row " + std::to_string(row), std::string(20'000, 'x')));
    }
    CHECK(store.rows().size() == 300);
    store.kv.close();
  }
  CHECK(fs::file_size(fixture.directory / "data.mdb") > small_map);
  CHECK(fixture.in_tables().size() == 300);
}

TEST_CASE("a commit larger than a segment gets one of its own, which is gone after a checkpoint",
          "[kv]") {
  Fixture fixture;
  Opened store(fixture.directory);
  commit_to(store.kv, one_change("large", std::string(1'000'000, 'x')));
  CHECK(Opened(fixture.killed()).rows().at("large").size() == 1'000'000);
  commit_to(store.kv, one_change("small", "y"));
  store.kv.checkpoint();
  for (int row = 0; row < 30; ++row) {  // some may be behind it
    commit_to(store.kv, one_change("next", "z"));
  }
  store.kv.checkpoint();
  commit_to(store.kv, one_change("last", "z"));
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(fixture.directory)) {
    bytes += LogSegment::number_of(entry.path()) ? entry.file_size() : 0;
  }
  CHECK(bytes < 500'000);
  CHECK(store.rows().size() == 4);
}

TEST_CASE("commits wait for the checkpoint when memory is full", "[kv]") {
  Fixture fixture;
  LoggedLimits limits = limits_with(never);
  limits.most_memory = 64 << 10;
  LoggedKv store(open_tables(fixture.directory, Durability::none), Durability::none, limits);
  for (int row = 0; row < 200; ++row) {
    commit_to(store, one_change("row " + std::to_string(row), std::string(2'000, 'x')));
  }
  CHECK(rows_of(*store.snapshot()).size() == 200);
  // Without an orderly end: the tables hold what did not fit into memory.
  CHECK(rows_of(*open_tables(fixture.killed(), Durability::none)->snapshot()).size() > 100);
}

/// Rows with one payload, which stands in the log and in memory once, and fifty times in the tables: a
/// megabyte.
Changes fifty_rows_with_one_payload(int commit) {
  const Payload payload(std::string(20'000, 'p'));
  Changes changes;
  for (int row = 0; row < 50; ++row) {
    changes.at(static_cast<std::size_t>(table))
        .emplace(std::to_string(commit) + " " + std::to_string(row),
                 Change{model::SharedBytes("", {{0, payload}}), false});
  }
  return changes;
}

TEST_CASE("commits wait for the checkpoint when it would have too much to write",
          "[kv][payloads]") {
  Fixture fixture;
  LoggedLimits limits = limits_with(never);
  limits.checkpoint_tables = never;
  limits.most_tables = 2 << 20;
  LoggedKv store(open_tables(fixture.directory, Durability::none), Durability::none, limits);
  for (int commit = 0; commit < 8; ++commit) {
    commit_to(store, fifty_rows_with_one_payload(commit));
  }
  CHECK(rows_of(*store.snapshot()).size() == 400);
  // Without an orderly end: the tables hold all but what they may lack.
  CHECK(rows_of(*open_tables(fixture.killed(), Durability::none)->snapshot()).size() >= 200);
}

TEST_CASE("a checkpoint begins when it has much to write", "[kv][payloads]") {
  Fixture fixture;
  LoggedLimits limits = limits_with(never);
  limits.checkpoint_tables = 2 << 20;
  const auto metrics = std::make_shared<model::Metrics>();
  LoggedKv store(open_tables(fixture.directory, Durability::none), Durability::none, limits, {},
                 metrics);
  for (int commit = 0; commit < 3; ++commit) {
    commit_to(store, fifty_rows_with_one_payload(commit));
  }
  while (metrics->checkpoint_duration.sample().count == 0) {
    commit_to(store, one_change("a", "1"));  // who commits has the map grow in between
  }
  CHECK(store.use().log_bytes < 2 << 20);
}

TEST_CASE("a commit larger than the log may be is waited for once", "[kv]") {
  Fixture fixture;
  LoggedLimits limits = limits_with(never);
  limits.most_log = 256 << 10;
  LoggedKv store(open_tables(fixture.directory, Durability::none), Durability::none, limits);
  commit_to(store, one_change("large", std::string(1'000'000, 'x')));
  commit_to(store, one_change("small", "y"));  // waits for a checkpoint, and goes on
  CHECK(rows_of(*store.snapshot()).size() == 2);
}

TEST_CASE("layers that no checkpoint could write are merged again", "[kv]") {
  Layers layers;
  for (std::uint64_t commit = 1; commit <= 1000; ++commit) {
    layers.push(commit, one_change("key " + std::to_string(commit % 10), "x"));
    if (commit % 10 == 0) {
      (void)layers.seal();
      layers.unseal();
    }
  }
  CHECK(layers.stack().size() == 1);
}

TEST_CASE("it is known how far the tables reach in each transaction of late", "[kv]") {
  Reached reached;
  reached.begin_with(7);
  CHECK(reached.in(3) == 7U);
  reached.note(10, 8);
  CHECK(reached.in(9) == 7U);
  CHECK(reached.in(10) == 8U);
  reached.note(10, 9);  // the attempt before has failed
  CHECK(reached.in(11) == 9U);
  for (std::uint64_t transaction = 11; transaction <= 200; ++transaction) {
    reached.note(transaction, transaction);
  }
  CHECK(reached.in(200) == 200U);
  CHECK(reached.in(1000) == 200U);
  CHECK_FALSE(reached.in(10));
}

}  // namespace duroxide::checkpoints_test
