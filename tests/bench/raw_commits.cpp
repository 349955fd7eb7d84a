#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <lmdb.h>

#include "limits.hpp"

namespace {

void check(int code, const char* what) {
  if (code != MDB_SUCCESS) {
    throw std::runtime_error(std::string(what) + ": " + mdb_strerror(code));
  }
}

struct CloseEnvironment {
  void operator()(MDB_env* environment) const { mdb_env_close(environment); }
};

}  // namespace

std::vector<double> raw_commits(const std::filesystem::path& directory, std::size_t commits,
                                std::size_t record_bytes) {
  std::filesystem::create_directories(directory);
  MDB_env* opened = nullptr;
  check(mdb_env_create(&opened), "mdb_env_create");
  const std::unique_ptr<MDB_env, CloseEnvironment> environment(opened);
  check(mdb_env_set_mapsize(opened, std::size_t{1} << 30), "mdb_env_set_mapsize");
  check(mdb_env_open(opened, directory.c_str(), 0, 0644), "mdb_env_open");

  std::string record(record_bytes, 'x');
  std::vector<double> seconds;
  for (std::uint64_t i = 0; i < commits; ++i) {
    const auto begin = SteadyClock::now();
    MDB_txn* transaction = nullptr;
    MDB_dbi table = 0;
    check(mdb_txn_begin(opened, nullptr, 0, &transaction), "mdb_txn_begin");
    check(mdb_dbi_open(transaction, nullptr, 0, &table), "mdb_dbi_open");
    MDB_val key = {sizeof i, &i};
    MDB_val value = {record.size(), record.data()};
    check(mdb_put(transaction, table, &key, &value, 0), "mdb_put");
    check(mdb_txn_commit(transaction), "mdb_txn_commit");
    seconds.push_back(seconds_since(begin));
  }
  return seconds;
}
