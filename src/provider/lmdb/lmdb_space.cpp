#include "provider/lmdb/lmdb_space.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <system_error>

#include "provider/lmdb/lmdb_error.hpp"
#include "provider/lmdb/lmdb_view.hpp"

namespace duroxide::storage {

namespace {

/// LMDB keeps the numbers of free pages in its first table: lists of words, each with its length in
/// front.
constexpr MDB_dbi free_list = 0;
constexpr std::size_t word = sizeof(std::size_t);

std::uint64_t pages_in(const MDB_val& list) {
  std::size_t pages = 0;
  if (list.mv_size < word) {
    return 0;
  }
  std::memcpy(&pages, list.mv_data, word);
  return std::min(pages, list.mv_size / word - 1);
}

std::uint64_t count_free_pages(MDB_txn* txn) {
  MDB_cursor* opened = nullptr;
  check_lmdb(mdb_cursor_open(txn, free_list, &opened), "counting free pages");
  const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> cursor(opened, &mdb_cursor_close);
  std::uint64_t pages = 0;
  MDB_val key{};
  MDB_val list{};
  int code = MDB_SUCCESS;
  while ((code = mdb_cursor_get(opened, &key, &list, MDB_NEXT)) == MDB_SUCCESS) {
    pages += pages_in(list);
  }
  if (code != MDB_NOTFOUND) {
    check_lmdb(code, "counting free pages");
  }
  return pages;
}

}  // namespace

std::uint64_t LmdbSpace::free_pages(MDB_env* env) {
  MDB_txn* begun = nullptr;
  const int code = begin_reading(env, &begun);
  if (code == MDB_READERS_FULL || code == MDB_MAP_RESIZED) {
    return free_pages_;  // what was found last will do
  }
  check_lmdb(code, "beginning to read");
  const std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> txn(begun, &mdb_txn_abort);
  if (const std::uint64_t commits = mdb_txn_id(begun); commits_ != commits) {
    free_pages_ = count_free_pages(begun);
    commits_ = commits;
  }
  return free_pages_;
}

void LmdbSpace::describe(MDB_env* env, const std::filesystem::path& file, StoreUse& use) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t free = free_pages(env);
  MDB_envinfo info{};
  MDB_stat stat{};
  check_lmdb(mdb_env_info(env, &info), "reading the size of the store");
  check_lmdb(mdb_env_stat(env, &stat), "reading the size of the store");
  const std::uint64_t pages = static_cast<std::uint64_t>(info.me_last_pgno) + 1;
  use.bytes = (pages - std::min(pages, free)) * stat.ms_psize;
  use.reusable_bytes = free * stat.ms_psize;
  std::error_code unknown;
  const auto size = std::filesystem::file_size(file, unknown);
  use.file_bytes = unknown ? pages * stat.ms_psize : size;
}

}  // namespace duroxide::storage
