#include "storage/lmdb/lmdb_reader.hpp"

#include <system_error>
#include <utility>

#include "storage/format.hpp"
#include "storage/lmdb/inspect.hpp"
#include "storage/lmdb/page_view.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

StorageFailure too_old(const std::filesystem::path& directory) {
  return {Kind::read_only, "the store `" + directory.string() +
                               "` was made by an earlier release, and a reader cannot change that; "
                               "open it once with `LmdbProvider::open`"};
}

/// What a snapshot holds as long as it lives.
struct Held {
  Held(SnapshotGate::Snapshot entered, const std::filesystem::path& directory, Readers& readers)
      : place(std::move(entered)), no_owner(directory), counted(readers) {}

  SnapshotGate::Snapshot place;
  SharedDirectoryLock no_owner;
  CountedReader counted;
};

}  // namespace

LmdbReader::LmdbReader(const std::filesystem::path& directory, ProcessClaim claim)
    : directory_(directory), file_(directory / "data.mdb"), claim_(std::move(claim)) {
  const SharedDirectoryLock no_owner(directory_);
  check_store();
  // The journal may know that it has been brought to this format.
  if (first_to_upgrade(*snapshot())) {
    throw too_old(directory_);
  }
}

void LmdbReader::check_store() const {
  if (inspect_directory(directory_) == DirectoryContent::nothing) {
    throw no_store_in(directory_);
  }
  if (!find_trees(PageFile(file_)).has_all) {
    throw too_old(directory_);
  }
}

std::unique_ptr<ReadView> LmdbReader::snapshot() {
  auto place = gate_.enter();
  if (closed_) {
    throw StorageFailure(Kind::closed, "the store is closed");
  }
  auto held = std::make_shared<Held>(std::move(place), directory_, readers_);
  return log_.lay_over(with_journal(std::make_unique<PageView>(file_, std::move(held)), journal_),
                       directory_);
}

StoreUse LmdbReader::use() {
  const auto held = gate_.look();
  StoreUse use;
  if (!closed_) {
    const SharedDirectoryLock no_owner(directory_);
    space_.describe(file_, use);
    for (const SegmentNumber number : segments_in(directory_)) {
      std::error_code unknown;
      const auto bytes =
          std::filesystem::file_size(LogSegment::path_in(directory_, number), unknown);
      use.log_bytes += unknown ? 0 : bytes;
    }
    use.file_bytes += use.log_bytes;
  }
  readers_.describe(use);
  return use;
}

void LmdbReader::commit(Changes&&) {
  throw StorageFailure(Kind::read_only, "the store was opened for reading only");
}

void LmdbReader::close() {
  const auto nobody = gate_.take_back();
  if (!std::exchange(closed_, true)) {
    claim_.release();
  }
}

}  // namespace duroxide::storage
