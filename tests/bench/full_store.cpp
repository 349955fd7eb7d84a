#include "full_store.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "engine/instances.hpp"
#include "engine/opening.hpp"
#include "model/encoding.hpp"
#include "storage/lmdb/lmdb_kv.hpp"

using namespace duroxide;
using namespace duroxide::storage;

namespace {

constexpr std::uint64_t instances_per_commit = 20'000;
constexpr std::uint64_t started_map = std::uint64_t{1} << 30;
constexpr std::chrono::hours whole_time{24 * 30};

constexpr std::array names{"Orders", "Payments", "Shipping", "Invoices", "Returns",
                           "Stock",  "Mail",     "Reports",  "Imports",  "Cleanup"};

ExecutionStatus status_of(std::uint64_t i) {
  // Not in step with the names.
  const std::uint64_t place = (i * 7 + i / 10) % 20;
  return place < 10    ? ExecutionStatus::completed
         : place == 10 ? ExecutionStatus::failed
                       : ExecutionStatus::running;
}

class Filler {
 public:
  Filler(KvStore& kv, const FullStore& shape) : batch_(kv), instances_(batch_), shape_(shape) {}

  void add(std::uint64_t i, Timestamp created) {
    const Number number = i + 1;
    InstanceRecord record;
    record.id = "instance-" + std::to_string(i);
    record.orchestration = names[i % names.size()];
    record.version = "1.0.0";
    record.status = i < 2 ? ExecutionStatus::running : status_of(i);
    record.created_at = created;
    record.execution_started_at = created;
    record.updated_at = created + std::chrono::milliseconds(i % 1000);
    record.event_count = record.status == ExecutionStatus::running ? 2 : 3;
    if (i > 0 && i % 100 == 0) {
      record.parent = ParentLink{shape_.parent_id, 1, i};
      record.parent_number = 1;
    }
    if (i % 20 == 3) {
      record.tags = {shape_.tag};
    }
    instances_.create(number, record);
    instances_.count_events(static_cast<std::int64_t>(record.event_count));
    add_history(number, record);
  }

  void commit() { batch_.commit(); }

 private:
  void add_history(Number number, const InstanceRecord& record) {
    const Timestamp at = record.created_at;
    std::vector<Event> events{
        {1, 0, at,
         event::OrchestrationStarted{
             record.orchestration, record.version, "input", record.parent, {}}},
        {2, 0, at, event::ExternalSubscribed{"Go"}}};
    const auto key = make_key(number, record.execution);
    if (record.status != ExecutionStatus::running) {
      const bool completed = record.status == ExecutionStatus::completed;
      const auto details = application_error(ErrorKind::orchestration_failed, "it broke");
      events.push_back({3, 0, record.updated_at,
                        completed ? EventKind(event::OrchestrationCompleted{"done"})
                                  : EventKind(event::OrchestrationFailed{details})});
      batch_.put_new(Table::executions, key,
                     encode_execution({record.version, record.status, at, record.updated_at,
                                       record.event_count}));
      batch_.put_new(Table::results, key,
                     completed ? encode_completed("done") : encode_failed(details));
    }
    batch_.put_new(Table::history, make_key(number, record.execution, std::uint64_t{1}),
                   model::encode_events(events));
  }

  Batch batch_;
  Instances instances_;
  const FullStore& shape_;
};

}  // namespace

FullStore fill_full_store(const std::filesystem::path& directory, std::uint64_t instances) {
  FullStore shape;
  shape.instances = instances;
  shape.children = (instances - 1) / 100;
  std::filesystem::create_directories(directory);
  LmdbKv kv(directory, Durability::none, started_map, DirectoryLock(directory));
  (void)begin_opening(kv);
  Filler filler(kv, shape);
  const Timestamp begin = system_clock()->now() - whole_time;
  const auto step = std::chrono::milliseconds(whole_time) / static_cast<std::int64_t>(instances);
  for (std::uint64_t i = 0; i < instances; ++i) {
    filler.add(i, begin + step * static_cast<std::int64_t>(i));
    if ((i + 1) % instances_per_commit == 0 || i + 1 == instances) {
      filler.commit();
    }
  }
  end_opening(kv, instances + 1);
  return shape;
}
