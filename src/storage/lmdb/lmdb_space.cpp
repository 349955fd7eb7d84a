#include "storage/lmdb/lmdb_space.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <system_error>

#include "storage/lmdb/lmdb_error.hpp"
#include "storage/lmdb/lmdb_view.hpp"
#include "storage/lmdb/page_view.hpp"

namespace duroxide::storage {

namespace {

/// Read by page, for LMDB would believe a damaged list.
std::uint64_t count_free_pages(const std::filesystem::path& path) {
  const PageFile file(path);
  PageCursor lists(file, file.header().free, TreeKind::free);
  std::uint64_t pages = 0;
  for (bool more = lists.seek({}); more; more = lists.next()) {
    // A list of words, with its length in front.
    const auto list = lists.value();
    std::uint64_t length = 0;
    if (list.size() >= sizeof(length)) {
      std::memcpy(&length, list.data(), sizeof(length));
      pages += std::min<std::uint64_t>(length, list.size() / sizeof(length) - 1);
    }
  }
  return pages;
}

}  // namespace

std::uint64_t LmdbSpace::free_pages(MDB_env* env, const std::filesystem::path& file) {
  MDB_txn* begun = nullptr;
  const int code = begin_reading(env, &begun);
  if (code == MDB_READERS_FULL || code == MDB_MAP_RESIZED) {
    return free_pages_;  // what was found last will do
  }
  check_lmdb(code, "beginning to read");
  const std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> txn(begun, &mdb_txn_abort);
  if (const std::uint64_t commits = mdb_txn_id(begun); commits_ != commits) {
    try {
      free_pages_ = count_free_pages(file);
    } catch (const StorageFailure& failed) {
      if (failed.error().kind != ProviderError::Kind::corrupt) {
        throw;
      }
    }
    commits_ = commits;
  }
  return free_pages_;
}

void LmdbSpace::describe(MDB_env* env, const std::filesystem::path& file, StoreUse& use) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t free = free_pages(env, file);
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
