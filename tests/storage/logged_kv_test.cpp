// A store whose commits go to a log: what is committed is found by whoever reads, at once, after a
// checkpoint and after a crash, and nobody can tell where it stands.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "model/metrics.hpp"
#include "storage/lmdb/lmdb_reader.hpp"
#include "storage/logged/logged_kv.hpp"
#include "storage/logged_fixture.hpp"

namespace duroxide::logged_kv_test {

using namespace logged_test;

TEST_CASE("a commit stands in the log, and whoever reads finds it", "[kv]") {
  Fixture fixture;
  Opened store(fixture.directory);
  commit_to(store.kv, one_change("a", "1"));
  commit_to(store.kv, one_change("b", "2"));
  CHECK(store.rows() == Rows{{"a", "1"}, {"b", "2"}});
  CHECK(rows_of(*store.kv.writer_view()) == Rows{{"a", "1"}, {"b", "2"}});
  CHECK(rows_of(*store.kv.checked_snapshot()) == Rows{{"a", "1"}, {"b", "2"}});
  CHECK(store.kv.snapshot()->commits() == 2);

  const auto before = store.kv.snapshot();
  commit_to(store.kv, one_change("a", std::nullopt));
  CHECK(rows_of(*before) == Rows{{"a", "1"}, {"b", "2"}});
  CHECK(rows_of(*store.kv.writer_view()) == Rows{{"b", "2"}});
}

TEST_CASE("what was committed is in the log after a kill, and in the tables after an orderly end",
          "[kv]") {
  Fixture fixture;
  std::optional<Opened> store(std::in_place, fixture.directory);
  commit_to(store->kv, one_change("a", "1"));
  commit_to(store->kv, one_change("b", "2"));
  const fs::path killed = fixture.killed();
  store->kv.close();
  store.reset();
  CHECK(fixture.in_tables() == Rows{{"a", "1"}, {"b", "2"}});

  CHECK(rows_of(*open_tables(killed, Durability::none)->snapshot()).empty());
  {
    Opened again(killed);
    CHECK(again.rows() == Rows{{"a", "1"}, {"b", "2"}});
    CHECK(again.kv.snapshot()->commits() == 2);
    commit_to(again.kv, one_change("c", "3"));
  }
  CHECK(Opened(killed).rows() == Rows{{"a", "1"}, {"b", "2"}, {"c", "3"}});
}

TEST_CASE("a payload of several rows is in the log once, and in each of them after any end",
          "[kv][payloads]") {
  const Payload payload(std::string(50'000, 'p'));
  Fixture fixture;
  std::optional<Opened> store(std::in_place, fixture.directory);
  Changes changes;
  auto& rows = changes.at(static_cast<std::size_t>(table));
  rows["a"] = Change{model::SharedBytes("12", {{1, payload}}), false};
  rows["b"] = Change{model::SharedBytes("3", {{0, payload}, {1, Payload(payload.text())}}), false};
  rows["c"] = Change{"short", false};
  commit_to(store->kv, std::move(changes));
  commit_to(store->kv, one_change("c", std::nullopt));
  const Rows expected{{"a", "1" + payload + "2"}, {"b", payload + "3" + payload}};
  CHECK(store->rows() == expected);
  CHECK(store->kv.use().log_held_bytes <= std::uint64_t{64} << 10);  // the first segment has it
  const fs::path killed = fixture.killed();
  store->kv.close();
  store.reset();
  CHECK(fixture.in_tables() == expected);

  {
    Opened again(killed);
    CHECK(again.rows() == expected);
    const auto view = again.kv.snapshot();
    const model::BytesView in_log = view->get(table, "b").value();
    REQUIRE(in_log.parts().size() == 2);
    CHECK(&in_log.parts()[0].payload.text() == &in_log.parts()[1].payload.text());
    again.kv.checkpoint();
  }
  CHECK(rows_of(*open_tables(killed, Durability::none)->snapshot()) == expected);
}

TEST_CASE("a store that was killed is read with its log, and stays as it is", "[kv]") {
  Fixture fixture;
  Opened store(fixture.directory);
  commit_to(store.kv, one_change("a", "1"));
  store.kv.checkpoint();
  commit_to(store.kv, one_change("b", "2"));
  const fs::path killed = fixture.killed();
  {
    LmdbReader reader(killed, ProcessClaim(killed, Use::read));
    CHECK(rows_of(*reader.snapshot()) == Rows{{"a", "1"}, {"b", "2"}});
    CHECK(rows_of(*reader.snapshot()) == Rows{{"a", "1"}, {"b", "2"}});
  }
  CHECK(rows_of(*open_tables(killed, Durability::none)->snapshot()) == Rows{{"a", "1"}});
}

TEST_CASE("snapshots see the commits up to their number, wherever a checkpoint stands", "[kv]") {
  Fixture fixture;
  std::minstd_rand random(4711);
  const auto up_to = [&](int most) {
    return static_cast<int>(random() % static_cast<unsigned>(most));
  };
  std::optional<Opened> store(std::in_place, fixture.directory, 8 << 10);
  std::vector<Rows> after{store->rows()};
  std::vector<std::unique_ptr<ReadView>> held;
  for (int commit = 1; commit <= 2000; ++commit) {
    Changes changes;
    Rows rows = after.back();
    for (int change = 0; change <= up_to(4); ++change) {
      const std::string key = "key " + std::to_string(up_to(60));
      if (up_to(3) == 0) {
        set(changes, key, std::nullopt);
        rows.erase(key);
      } else {
        const std::string value(static_cast<std::size_t>(up_to(600)), 'v');
        set(changes, key, value);
        rows[key] = value;
      }
    }
    commit_to(store->kv, std::move(changes));
    after.push_back(std::move(rows));
    if (up_to(5) == 0) {
      // One is held at a time: a thread with two would wait for itself if the map had to grow.
      held.clear();
      held.push_back(up_to(2) == 0 ? store->kv.checked_snapshot() : store->kv.snapshot());
      REQUIRE(held.back()->commits() == static_cast<std::uint64_t>(commit));
    }
    for (const auto& view : held) {
      REQUIRE(rows_of(*view) == after.at(view->commits()));
    }
    if (up_to(200) == 0) {
      held.clear();
      if (up_to(2) == 0) {
        store->kv.close();
      }
      store.reset();  // else as in a crash
      store.emplace(fixture.directory, 8 << 10);
      REQUIRE(store->rows() == after.back());
    }
  }
  // However much was written, the log takes little.
  std::uint64_t segments = 0;
  for (const auto& entry : fs::directory_iterator(fixture.directory)) {
    segments += LogSegment::number_of(entry.path()) ? 1 : 0;
  }
  CHECK(segments <= 6);
}

TEST_CASE("readers on other threads see whole commits, in order", "[kv]") {
  Fixture fixture;
  Opened store(fixture.directory, 4 << 10);
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> looks = 0;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&, reader] {
      std::uint64_t last = 0;
      while (!done) {
        const auto view = reader == 0 ? store.kv.snapshot() : store.kv.checked_snapshot();
        const auto one = view->get(table, "one");
        const auto other = view->get(table, "other");
        wrong += one != other || view->commits() < last ||
                         (one && *one != std::to_string(view->commits()))
                     ? 1
                     : 0;
        last = view->commits();
        ++looks;
      }
    });
  }
  const std::string filling(300, 'x');
  for (std::uint64_t commit = 1; commit <= 3000 || looks < 100; ++commit) {
    Changes changes = one_change("one", std::to_string(commit));
    set(changes, "other", std::to_string(commit));
    set(changes, "row " + std::to_string(commit % 500), filling);
    commit_to(store.kv, std::move(changes));
  }
  done = true;
  for (auto& reader : readers) {
    reader.join();
  }
  CHECK(wrong == 0);
}

TEST_CASE("what goes to the disk is counted and measured", "[kv][metrics]") {
  Fixture fixture;
  const auto metrics = std::make_shared<model::Metrics>();
  LoggedKv store(open_tables(fixture.directory, Durability::full), Durability::full,
                 limits_with(never), {}, metrics);
  const auto flushes = metrics->flush_duration.sample().count;
  CHECK(metrics->log_bytes.value() == 0);
  commit_to(store, one_change("a", std::string(1'000, 'x')));
  commit_to(store, one_change("b", "1"));
  CHECK(metrics->flush_duration.sample().count == flushes + 2);
  CHECK(metrics->log_bytes.value() > 1'000);
  CHECK(metrics->checkpoint_duration.sample().count == 0);
  const StoreUse held = store.use();
  CHECK(held.log_bytes > 0);
  CHECK(held.log_held_bytes.value_or(0) > 0);
  CHECK(held.log_held_bytes.value_or(0) <= held.log_bytes);
  CHECK(held.file_bytes > held.log_bytes);

  store.checkpoint();
  CHECK(metrics->checkpoint_duration.sample().count == 1);
  CHECK(metrics->failed_checkpoints.value() == 0);
  CHECK(store.use().log_held_bytes == 0U);
}

TEST_CASE("a store stops if its files are taken away", "[kv]") {
  Fixture fixture;
  Opened store(fixture.directory, never, Durability::full);
  commit_to(store.kv, one_change("a", "1"));
  const std::string file = GENERATE(as<std::string>(), "data.mdb", "duroxide.log.1");
  fs::remove(fixture.directory / file);
  CHECK_THROWS_AS(commit_to(store.kv, one_change("b", "2")), StorageFailure);
  REQUIRE(store.kv.broken_by());
  CHECK(store.kv.broken_by()->find(file) != std::string::npos);
  CHECK_THROWS_AS(commit_to(store.kv, one_change("c", "3")), StorageFailure);
}

TEST_CASE("a log that misses what was on the disk is told of", "[kv]") {
  Fixture fixture;
  {
    Opened store(fixture.directory, never, Durability::full);
    for (int row = 0; row < 20; ++row) {
      commit_to(store.kv, one_change("row " + std::to_string(row), "x"));
    }
    const fs::path killed = fixture.killed();
    fs::remove(killed / "duroxide.log.1");
    CHECK_THROWS_AS(Opened(killed), StorageFailure);
    store.kv.close();
  }
  // In the tables by now, so that nothing of it is missed; but the segment is.
  fs::remove(fixture.directory / "duroxide.log.1");
  CHECK_THROWS_AS(Opened(fixture.directory), StorageFailure);
}

TEST_CASE("a damaged database harms nobody who only takes a snapshot", "[kv]") {
  Fixture fixture;
  Opened store(fixture.directory);
  commit_to(store.kv, one_change("a", "1"));
  store.kv.checkpoint();
  {
    std::fstream file(fixture.directory / "data.mdb",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(8192);
    file << std::string(fs::file_size(fixture.directory / "data.mdb") - 8192, '\xab');
  }
  CHECK(store.kv.snapshot()->commits() == 1);
  CHECK(store.kv.writer_view()->commits() == 1);
  CHECK_THROWS_AS(store.kv.checked_snapshot()->get(table, "a"), StorageFailure);
}

TEST_CASE("what was appended without a flush is flushed a moment later", "[kv]") {
  Fixture fixture;
  std::mutex mutex;
  auto log = CommitLog::make(fixture.directory, 4711, LogOptions{});
  Breakdown breakdown;
  LateFlush late(mutex, log, breakdown);
  for (int record = 1; record <= 3; ++record) {
    {
      const std::lock_guard lock(mutex);
      (void)log.append("a record");
    }
    late.expect();
    for (std::uint64_t flushed = 0; flushed < static_cast<std::uint64_t>(record);) {
      std::this_thread::yield();
      const std::lock_guard lock(mutex);
      flushed = log.flushed();
    }
  }
  SUCCEED("each was flushed, although nothing came after it");
}

}  // namespace duroxide::logged_kv_test
