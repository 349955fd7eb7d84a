// A store as an earlier release would have left it.

#include <string>

#include "engine/instances.hpp"
#include "engine/records.hpp"
#include "power/workloads.hpp"
#include "storage/batch.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/lmdb_kv.hpp"

namespace duroxide::power {

using namespace duroxide::storage;

void make_store_of_format_2(const std::filesystem::path& root) {
  const auto directory = store_directory(root);
  LmdbKv kv(directory, Durability::none, std::uint64_t{1} << 30, DirectoryLock(directory));
  Batch batch(kv);
  Instances instances(batch);
  auto view = kv.snapshot();
  for (Number number = 1; const auto record = load_instance(*view, number); ++number) {
    if (record->status != ExecutionStatus::cancelled) {
      continue;
    }
    InstanceRecord before = *record;
    before.status = ExecutionStatus::failed;
    before.cancelled = true;
    instances.update(number, *record, before);
    const auto key = make_key(number, record->execution);
    auto execution = decode_execution(*view->get(Table::executions, key)).value();
    execution.status = ExecutionStatus::failed;
    batch.put(Table::executions, key, encode_execution(execution));
  }
  batch.put(Table::meta, std::string(meta_keys::format),
            std::string(format_magic) + make_key(std::uint64_t{2}));
  view.reset();
  batch.commit();
  kv.close();
}

}  // namespace duroxide::power
