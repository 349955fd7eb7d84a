// Pages that are checked beside the engine, and LMDB's last words.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

#include <catch2/catch.hpp>

#include "provider/damaged_pages.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/lmdb/page_check_thread.hpp"

namespace duroxide::page_check_test {

using namespace duroxide::testing;
using storage::Table;

TEST_CASE("what an opening had no time for is checked in the background", "[pages]") {
  TempDir temp;
  const fs::path store = temp.path() / "store";
  make_paged_store(store);
  std::mutex mutex;
  std::vector<std::string> logged;
  std::promise<void> told;
  std::atomic<bool> first{true};
  const auto log = [&](const LogRecord& record) {
    const std::lock_guard lock(mutex);
    logged.push_back(record.message);
    if (first.exchange(false)) {
      told.set_value();
    }
  };
  const auto pages = large_pages(contents(store).at("data.mdb"));
  overwrite(store / "data.mdb", pages.front() * page_bytes, std::string(16, '\0'));
  storage::LmdbKv kv(store, Durability::none, std::uint64_t{1} << 26, storage::DirectoryLock(store),
                     storage::PagesChecked{}, log);
  told.get_future().wait();
  {
    const std::lock_guard lock(mutex);
    CHECK(names_one(logged.at(0), {pages.front()}));
  }
  CHECK(kv.use().damaged_pages == 1);
  kv.close();
}

TEST_CASE("a check of pages goes on where it was broken off", "[pages]") {
  TempDir temp;
  const fs::path store = temp.path() / "store";
  make_paged_store(store);
  storage::PagesChecked checked;
  int pieces = 0;
  while (!checked.done) {
    storage::check_more_pages(store / "data.mdb", checked, [] { return false; });
    ++pieces;
  }
  CHECK(pieces > 3);
}

namespace {

/// A store that is checked in the background, by a thread that gets its snapshots from the test.
struct CheckedStore {
  TempDir temp;
  fs::path directory = temp.path() / "store";
  std::optional<storage::LmdbKv> kv;

  CheckedStore() {
    make_paged_store(directory);
    kv.emplace(directory, Durability::none, std::uint64_t{1} << 26,
               storage::DirectoryLock(directory));
  }
};

storage::Changes rows_of(Table table, std::uint64_t count, const std::string& value) {
  storage::Changes changes;
  for (std::uint64_t row = 0; row < count; ++row) {
    changes.at(static_cast<std::size_t>(table))
        .emplace(storage::make_key(row), storage::Change{value, false});
  }
  return changes;
}

/// A store whose file ends with the pages of a large value, which is in the last of its tables.
void make_store_with_large_value_last(const fs::path& directory) {
  fs::create_directory(directory);
  storage::LmdbKv kv(directory, Durability::none, std::uint64_t{1} << 26,
                     storage::DirectoryLock(directory));
  const auto commit_rows = [&](char letter) {
    kv.commit(rows_of(Table::history, 300, std::string(300, letter)));
  };
  for (char letter = 'a'; letter < 'e'; ++letter) {
    commit_rows(letter);
  }
  kv.commit(rows_of(Table::kept, 1, std::string(1'000'000, 'L')));
  // What else was written behind it is written anew, where the first commits have left room.
  for (char letter = 'e'; letter < 'k'; ++letter) {
    commit_rows(letter);
  }
}

}  // namespace

TEST_CASE("a check in the background tries again what cannot be read for now", "[pages]") {
  CheckedStore store;
  const auto failure = GENERATE(as<std::string>(), "storage", "memory");
  std::atomic<int> asked{0};
  std::atomic<int> logged{0};
  std::promise<void> given;
  {
    storage::PageCheckThread check(store.directory / "data.mdb", storage::PagesChecked{},
                                   {[&]() -> std::unique_ptr<storage::ReadView> {
                                      if (++asked <= 2) {
                                        if (failure == "memory") {
                                          throw std::bad_alloc();
                                        }
                                        throw storage::StorageFailure(ProviderError::Kind::storage,
                                                                      "all places are taken");
                                      }
                                      if (asked == 3) {
                                        given.set_value();
                                      }
                                      return store.kv->snapshot();
                                    },
                                    [] { return false; }},
                                   [&](const LogRecord&) { ++logged; });
    REQUIRE(given.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
    while (!check.done()) {
      std::this_thread::yield();
    }
    CHECK(check.damaged_pages() == 0);
  }
  CHECK(logged == 1);
}

TEST_CASE("a check in the background that waits to try again ends when it is told to", "[pages]") {
  CheckedStore store;
  std::promise<void> asked;
  std::atomic<bool> first{true};
  storage::PageCheckThread check(store.directory / "data.mdb", storage::PagesChecked{},
                                 {[&]() -> std::unique_ptr<storage::ReadView> {
                                    if (first.exchange(false)) {
                                      asked.set_value();
                                    }
                                    throw storage::StorageFailure(ProviderError::Kind::storage,
                                                                  "all places are taken");
                                  },
                                  [] { return false; }},
                                 {});
  asked.get_future().wait();
  check.stop();
  CHECK_FALSE(check.done());
}

TEST_CASE("a check in the background gives a snapshot that is wanted back after a page",
          "[pages]") {
  CheckedStore store;
  std::atomic<int> taken{0};
  storage::PageCheckThread check(store.directory / "data.mdb", storage::PagesChecked{},
                                 {[&]() -> std::unique_ptr<storage::ReadView> {
                                    ++taken;
                                    return store.kv->snapshot();
                                  },
                                  [&] { return taken == 1; }},
                                 {});
  while (!check.done()) {
    std::this_thread::yield();
  }
  // All of this store takes a single one that nobody wants back.
  CHECK(taken >= 2);
}

TEST_CASE("the check in the background does not count among the readers", "[pages]") {
  TempDir temp;
  const fs::path store = temp.path() / "store";
  fs::create_directory(store);
  {
    storage::LmdbKv kv(store, Durability::none, std::uint64_t{1} << 26,
                       storage::DirectoryLock(store));
    kv.commit(rows_of(Table::history, 4000, std::string(1000, 'x')));  // too much for one snapshot
  }
  // A check may be over before anybody has looked; then the next opening is looked at.
  for (int looks = 0; looks == 0;) {
    storage::LmdbKv kv(store, Durability::none, std::uint64_t{1} << 26,
                       storage::DirectoryLock(store), storage::PagesChecked{}, {});
    std::uint64_t most = 0;
    for (; !kv.all_pages_checked(); ++looks) {
      most = std::max(most, kv.use().readers);
    }
    CHECK(most == 0);
    const auto view = kv.snapshot();
    CHECK(kv.use().readers == 1);
  }
}

TEST_CASE("a file that is too short takes no longer to open than another", "[pages]") {
  TempDir temp;
  const fs::path store = temp.path() / "store";
  make_store_with_large_value_last(store);
  const auto data = store / "data.mdb";
  const auto whole = contents(store).at("data.mdb");
  const auto cut = large_pages(whole).front() * page_bytes;
  write_file(data, whole.substr(0, cut));
  const auto check = [&](std::chrono::milliseconds longest) {
    const storage::DirectoryLock lock(store);
    return storage::check_at_opening(store, longest);
  };

  // Who has the time finds it at once, and leaves the file as it is.
  try {
    (void)check(std::chrono::hours(1));
    FAIL("pages that are not there were found");
  } catch (const storage::StorageFailure& failed) {
    CHECK(failed.error().kind == ProviderError::Kind::corrupt);
    CHECK(failed.error().message.find("are not there") != std::string::npos);
  }
  CHECK(fs::file_size(data) == cut);

  const auto checked = check(std::chrono::milliseconds(0));
  CHECK_FALSE(checked.done);
  CHECK(fs::file_size(data) >= whole.size());

  // What was missing is found in the background, and LMDB's map has all of the file.
  const int result = in_child([&] {
    std::promise<void> told;
    std::atomic<bool> first_time{true};
    storage::LmdbKv kv(store, Durability::none, std::uint64_t{1} << 26,
                       storage::DirectoryLock(store), checked, [&](const LogRecord& record) {
                         if (record.message.find("makes no sense") != std::string::npos &&
                             first_time.exchange(false)) {
                           told.set_value();
                         }
                       });
    told.get_future().wait();
    return kv.use().damaged_pages > 0 ? 0 : 1;
  });
  CHECK(result == 0);
}

TEST_CASE("before LMDB ends the process, the log says which file it was and what to do",
          "[pages]") {
  TempDir temp;
  const fs::path store = temp.path() / "store";
  make_paged_store(store);
  fs::create_directory(temp.path() / "told");
  const auto told = temp.path() / "told" / "log";
  const int result = in_child([&] {
    ::close(STDERR_FILENO);
    storage::LmdbKv kv(store, Durability::none, std::uint64_t{1} << 26,
                       storage::DirectoryLock(store), storage::PagesChecked{0, {}, true},
                       [&](const LogRecord& record) {
                         std::ofstream(told, std::ios::app) << record.message << '\n';
                       });
    const auto view = kv.snapshot();
    const auto cursor = view->cursor(Table::instances);
    (void)cursor->seek({});
    const auto bytes = contents(store).at("data.mdb");
    for (const std::size_t page : pages_with(bytes, "filler-59")) {
      overwrite(store / "data.mdb", page * page_bytes, std::string(page_bytes, '\0'));
    }
    while (cursor->next()) {
    }
    return 0;
  });
  CHECK(result == crashed);
  const auto log = contents(told.parent_path()).at("log");
  CHECK(log.find("data.mdb") != std::string::npos);
  CHECK(log.find("restore a backup") != std::string::npos);
}

}  // namespace duroxide::page_check_test
