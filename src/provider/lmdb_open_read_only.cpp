// Opening a store that nobody has open, to look at it.

#include <cerrno>
#include <memory>
#include <utility>

#include <sys/stat.h>

#include <duroxide/lmdb_provider.hpp>

#include "protocol/store_impl.hpp"
#include "provider/start_store.hpp"
#include "storage/coded/coded_kv.hpp"
#include "storage/format.hpp"
#include "storage/lmdb/directory_lock.hpp"
#include "storage/lmdb/lmdb_reader.hpp"
#include "storage/lmdb/store_files.hpp"
#include "storage/size_signal.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

namespace fs = std::filesystem;
using storage::LmdbReader;
using storage::StorageFailure;
using Kind = ProviderError::Kind;

void require_presence(const fs::path& directory) {
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0 && errno == ENOENT) {
    throw StorageFailure(Kind::no_store, "there is no directory `" + directory.string() + "`");
  }
}

std::shared_ptr<storage::KvStore> open_reader(const fs::path& directory,
                                              const LmdbOptions& options) {
  const storage::SizeSignalHeld held;
  require_presence(directory);
  storage::require_store_files(directory, storage::Use::read);
  storage::ProcessClaim claim(directory, storage::Use::read);
  // Until it is known that there is a store to read, nobody begins to change it.
  const storage::SharedDirectoryLock no_owner(directory);
  auto reader = std::make_shared<LmdbReader>(directory, std::move(claim));
  // The opening that made the tables may have been cut off before it made a store of them.
  const auto view = reader->snapshot();
  if (!view->get(storage::Table::meta, storage::meta_keys::openings) &&
      view->count(storage::Table::ids) == 0) {
    throw storage::no_store_in(directory);
  }
  const auto& codec = options.payload_codec();
  (void)storage::require_codec(*view, codec.get());
  return codec ? storage::make_coded(reader, codec) : reader;
}

}  // namespace

Result<Store, ProviderError> LmdbProvider::open_read_only(const fs::path& directory,
                                                          const LmdbOptions& options) {
  try {
    auto kv = open_reader(directory, options);
    storage::warn_of_exposure(directory, options.log_sink());
    Store store = detail::start_read_only_store(
        options.actor_system() ? *options.actor_system() : ActorSystem::create(), std::move(kv),
        options.clock(), options.log_sink());
    detail::StoreAccess::impl(store).directory = fs::absolute(directory);
    return store;
  } catch (const StorageFailure& failed) {
    ProviderError error = failed.error();
    error.operation = "open_read_only";
    return failure(std::move(error));
  } catch (const std::exception& failed) {
    return failure(storage::make_error(Kind::storage, "open_read_only", failed.what()));
  }
}

}  // namespace duroxide::DUROXIDE_ABI
