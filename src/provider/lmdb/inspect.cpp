#include "provider/lmdb/inspect.hpp"

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include "provider/core/keys.hpp"
#include "provider/core/session.hpp"
#include "provider/lmdb/lmdb_error.hpp"
#include "provider/lmdb/page_walk.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

struct CloseEnv {
  void operator()(MDB_env* env) const { mdb_env_close(env); }
};
struct AbortTxn {
  void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
};

/// Only the reading half of LMDB is used, without its lock file.
std::unique_ptr<MDB_env, CloseEnv> open_to_read(const std::filesystem::path& directory) {
  MDB_env* raw = nullptr;
  check_lmdb(mdb_env_create(&raw), "creating the environment");
  std::unique_ptr<MDB_env, CloseEnv> env(raw);
  check_lmdb(mdb_env_set_maxdbs(env.get(), 1), "configuring the environment");
  const int code =
      mdb_env_open(env.get(), directory.c_str(), MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS, 0600);
  if (code != MDB_SUCCESS) {
    throw lmdb_failure(code, "reading the database in `" + directory.string() + "`");
  }
  return env;
}

}  // namespace

std::uint64_t check_format(MDB_txn* txn, const std::string& where) {
  const StorageFailure foreign(Kind::foreign_store,
                               where + " belongs to another program; choose another directory");
  MDB_dbi meta = 0;
  const int opened = mdb_dbi_open(txn, std::string(to_string(Table::meta)).c_str(), 0, &meta);
  if (opened == MDB_NOTFOUND || opened == MDB_INCOMPATIBLE) {
    throw foreign;
  }
  check_lmdb(opened, "reading the database");
  MDB_val key{meta_keys::format.size(), const_cast<char*>(meta_keys::format.data())};
  MDB_val value{};
  const int found = mdb_get(txn, meta, &key, &value);
  if (found == MDB_NOTFOUND) {
    throw foreign;
  }
  check_lmdb(found, "reading the database");
  const std::string_view format(static_cast<const char*>(value.mv_data), value.mv_size);
  if (format.substr(0, format_magic.size()) != format_magic) {
    throw foreign;
  }
  const auto number = number_at(format, format_magic.size());
  if (number > store_format) {
    throw StorageFailure(Kind::newer_format, where + " has format " + std::to_string(number) +
                                                 ", this release reads up to " +
                                                 std::to_string(store_format) +
                                                 "; use a newer release");
  }
  if (number == 0) {
    throw StorageFailure(Kind::corrupt, where + " has no format number");
  }
  return number;
}

Found inspect_directory(const std::filesystem::path& directory) {
  const auto file = directory / "data.mdb";
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      return Found::nothing;
    }
    throw lmdb_failure(errno, "looking at `" + file.string() + "`");
  }
  const std::string where = "`" + file.string() + "`";
  if (!S_ISREG(info.st_mode)) {
    throw StorageFailure(Kind::foreign_store, where + " is not a file");
  }
  if (info.st_size == 0) {
    return Found::nothing;  // its making was interrupted before anything was written
  }
  if (::access(file.c_str(), R_OK) != 0) {
    throw lmdb_failure(errno, "reading " + where);
  }
  if (const auto problem = check_pages(file); !problem.empty()) {
    throw StorageFailure(Kind::corrupt, where + " cannot be read: " + problem);
  }
  const auto env = open_to_read(directory);
  MDB_txn* raw = nullptr;
  check_lmdb(mdb_txn_begin(env.get(), nullptr, MDB_RDONLY, &raw), "beginning to read");
  const std::unique_ptr<MDB_txn, AbortTxn> txn(raw);
  MDB_dbi root = 0;
  MDB_stat stat{};
  check_lmdb(mdb_dbi_open(txn.get(), nullptr, 0, &root), "reading the database");
  check_lmdb(mdb_stat(txn.get(), root, &stat), "reading the database");
  if (stat.ms_entries == 0) {
    return Found::nothing;  // a database that nobody has put anything into
  }
  (void)check_format(txn.get(), where);
  return Found::store;
}

}  // namespace duroxide::storage
