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
std::uint64_t free_pages_of(const PageFile& file) {
  PageCursor lists(file, file.header().free, TreeKind::free);
  std::uint64_t pages = 0;
  for (bool more = lists.seek({}); more; more = lists.next()) {
    // A list of words, with its length in front.
    const std::string_view list = lists.value();
    std::uint64_t length = 0;
    if (list.size() >= sizeof(length)) {
      std::memcpy(&length, list.data(), sizeof(length));
      pages += std::min<std::uint64_t>(length, list.size() / sizeof(length) - 1);
    }
  }
  return pages;
}

}  // namespace

void LmdbSpace::count_free_pages(const std::filesystem::path& path, std::uint64_t commits) {
  if (commits_ == commits) {
    return;
  }
  try {
    free_pages_ = free_pages_of(PageFile(path));
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
  }
  commits_ = commits;
}

void LmdbSpace::fill_in(std::uint64_t pages, std::uint64_t page_bytes,
                        const std::filesystem::path& path, StoreUse& use) const {
  use.bytes = (pages - std::min(pages, free_pages_)) * page_bytes;
  use.reusable_bytes = free_pages_ * page_bytes;
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  use.file_bytes = unknown ? pages * page_bytes : size;
}

void LmdbSpace::describe(MDB_env* env, const std::filesystem::path& path, StoreUse& use) {
  const std::lock_guard lock(mutex_);
  MDB_txn* begun = nullptr;
  const int code = begin_reading(env, &begun);
  if (code != MDB_READERS_FULL) {  // otherwise what was found last will do
    check_lmdb(code, "beginning to read");
    const std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> kept(begun, &mdb_txn_abort);
    count_free_pages(path, mdb_txn_id(begun));
  }
  MDB_envinfo info{};
  MDB_stat stat{};
  check_lmdb(mdb_env_info(env, &info), "reading the size of the store");
  check_lmdb(mdb_env_stat(env, &stat), "reading the size of the store");
  fill_in(static_cast<std::uint64_t>(info.me_last_pgno) + 1, stat.ms_psize, path, use);
}

void LmdbSpace::describe(const std::filesystem::path& path, StoreUse& use) {
  const std::lock_guard lock(mutex_);
  const PageFile file(path);
  count_free_pages(path, file.header().transaction);
  fill_in(file.header().last_page + 1, file.page_bytes(), path, use);
}

}  // namespace duroxide::storage
