// Pages that are checked beside the engine, and LMDB's last words.

#include <atomic>
#include <fstream>
#include <future>
#include <mutex>

#include <catch2/catch.hpp>

#include "provider/damaged_pages.hpp"
#include "provider/lmdb/lmdb_kv.hpp"

using namespace duroxide;
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
