// A store of an earlier format, in which what was cancelled is indexed as failed, is taken over.

#include <optional>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "engine/counters.hpp"
#include "engine/opening.hpp"
#include "engine/upgrade.hpp"
#include "provider/faulty_kv.hpp"
#include "provider/population.hpp"
#include "storage/format.hpp"
#include "storage/lmdb/lmdb_reader.hpp"

namespace duroxide::upgrade_test {

using namespace duroxide::storage;
using namespace duroxide::testing;

namespace {

std::string format(std::uint64_t number) {
  return std::string(format_magic) + make_key(number);
}

InstanceRecord ended(const std::string& id, bool cancelled) {
  InstanceRecord record;
  record.id = id;
  record.orchestration = "Order";
  record.status = ExecutionStatus::failed;
  record.cancelled = cancelled;
  return record;
}

/// Every second of them was cancelled, and the store says so in the way of format 2.
void fill(KvStore& kv, Number count) {
  Batch batch(kv);
  Instances instances(batch);
  for (Number number = 1; number <= count; ++number) {
    const auto record = ended("i" + std::to_string(number), number % 2 == 0);
    instances.create(number, record);
    ExecutionRecord execution;
    execution.status = ExecutionStatus::failed;
    batch.put(Table::executions, make_key(number, record.execution), encode_execution(execution));
    ErrorDetails details;
    details.kind = record.cancelled ? ErrorKind::cancelled : ErrorKind::orchestration_failed;
    batch.put(Table::results, make_key(number, record.execution), encode_failed(details));
  }
  batch.put(Table::meta, std::string(meta_keys::format), format(2));
  batch.make_room(0);
  batch.commit();
}

InstanceCounts counts(KvStore& kv) {
  const auto view = kv.snapshot();
  return count_instances(*view);
}

Management reads(std::shared_ptr<KvStore> kv) {
  return Management(std::move(kv), std::make_shared<WaitingReasons>(),
                    std::make_shared<ManualClock>());
}

std::vector<std::string> cancelled(const std::shared_ptr<KvStore>& kv) {
  InstanceFilter filter;
  filter.status = {ExecutionStatus::cancelled};
  return ids_of(reads(kv).list(filter));
}

std::uint64_t problems(const std::shared_ptr<KvStore>& kv) {
  std::uint64_t found = 0;
  const auto view = kv->snapshot();
  for (Number number = 1; const auto record = load_instance(*view, number); ++number) {
    const auto key = make_key(number, record->execution);
    const auto execution = decode_execution(*view->get(Table::executions, key)).value();
    found += execution.status != record->status || record->cancelled ? 1 : 0;
    found += view->get(Table::by_status, status_key(record->status, number)) ? 0 : 1;
    found += view->get(Table::by_name, name_key("Order", record->status, number)) ? 0 : 1;
    found += view->get(Table::by_updated, update_key(record->status, record->updated_at, number))
                 ? 0
                 : 1;
  }
  return found;
}

}  // namespace

TEST_CASE("an older store learns what was cancelled when it is opened", "[upgrade]") {
  const Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  fill(*tables.kv, 5);
  CHECK(first_to_upgrade(*tables.kv->snapshot()).has_value());
  (void)begin_opening(*tables.kv);
  CHECK_FALSE(first_to_upgrade(*tables.kv->snapshot()).has_value());
  CHECK(counts(*tables.kv) == InstanceCounts{5, 0, 0, 3, 2, 0});
  CHECK(cancelled(tables.kv) == std::vector<std::string>{"i2", "i4"});
  CHECK(problems(tables.kv) == 0);
  const auto view = tables.kv->snapshot();
  CHECK(view->get(Table::meta, meta_keys::format) == format(store_format));
  CHECK(view->count(Table::by_status) == 5);
  CHECK(view->count(Table::by_name) == 5);
  CHECK(view->count(Table::by_updated) == 5);
}

TEST_CASE("taking over goes on where a crash has cut it off, in commits of bounded size",
          "[upgrade]") {
  auto kv = std::make_shared<FaultyKv>();
  fill(*kv, 3500);
  const int before = kv->commits;
  // The third commit fails, as if the process had ended.
  class Cut final : public KvStore {
   public:
    explicit Cut(FaultyKv& inner) : inner_(inner) {}
    std::unique_ptr<ReadView> writer_view() override { return inner_.writer_view(); }
    std::unique_ptr<ReadView> snapshot() override { return inner_.snapshot(); }
    std::uint64_t make_room(std::uint64_t bytes, RoomFor what, const LetGo& let_go) override {
      return inner_.make_room(bytes, what, let_go);
    }
    void commit(Changes&& changes) override {
      if (commits_++ == 2) {
        throw StorageFailure(ProviderError::Kind::disk_full, "cut off");
      }
      largest_ = std::max(largest_, changes.at(static_cast<std::size_t>(Table::instances)).size());
      inner_.commit(std::move(changes));
    }
    std::optional<std::string> broken_by() const override { return std::nullopt; }
    StoreUse use() override { return {}; }
    void close() override {}
    [[nodiscard]] std::size_t largest() const { return largest_; }

   private:
    FaultyKv& inner_;
    int commits_ = 0;
    std::size_t largest_ = 0;
  };
  Cut cut(*kv);
  CHECK_THROWS_AS(begin_opening(cut), StorageFailure);
  CHECK(cut.largest() <= 1000);
  CHECK(kv->commits == before + 2);
  CHECK(counts(*kv).cancelled == 1000);
  CHECK(first_to_upgrade(*kv->snapshot()).has_value());
  // From the first change on an earlier release refuses it.
  CHECK(kv->snapshot()->get(Table::meta, meta_keys::format) == format(store_format));

  (void)begin_opening(*kv);
  CHECK_FALSE(first_to_upgrade(*kv->snapshot()).has_value());
  CHECK(counts(*kv) == InstanceCounts{3500, 0, 0, 1750, 1750, 0});
  CHECK(problems(kv) == 0);
}

TEST_CASE("a reader refuses a store that was left half way", "[upgrade]") {
  TempDir temp;
  const auto open = [&] {
    return std::make_shared<LmdbKv>(temp.path(), Durability::none, std::uint64_t{1} << 20,
                                    DirectoryLock(temp.path()));
  };
  const auto read = [&] {
    return LmdbReader(temp.path(), ProcessClaim(temp.path(), Use::read))
        .snapshot()
        ->count(Table::ids);
  };
  {
    auto kv = open();
    fill(*kv, 4);
    kv->close();
  }
  CHECK_THROWS_AS(read(), StorageFailure);
  open()->close();  // writes the format, and is cut off before it has moved anything
  CHECK_THROWS_AS(read(), StorageFailure);
  {
    auto kv = open();
    (void)begin_opening(*kv);
    CHECK(counts(*kv).cancelled == 2);
    kv->close();
  }
  CHECK(read() == 4);
}

TEST_CASE("a mark of how far a store was taken over that cannot be read is an error", "[upgrade]") {
  FaultyKv kv;
  fill(kv, 2);
  kv.plant(Table::meta, std::string(meta_keys::upgrade), std::string(17, 'x'));
  try {
    (void)begin_opening(kv);
    FAIL("a damaged mark was believed");
  } catch (const StorageFailure& refused) {
    CHECK(refused.error().kind == ProviderError::Kind::corrupt);
    CHECK(refused.error().message.find("table meta") != std::string::npos);
  }
}

}  // namespace duroxide::upgrade_test
