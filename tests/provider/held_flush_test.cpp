// Flushes that are held back: nothing that follows from a batch is to be seen before its flush, and
// nobody else waits for that.

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "engine/opening.hpp"
#include "protocol/engine_scheduler.hpp"
#include "provider/start_store.hpp"
#include "storage/memory/memory_kv.hpp"

namespace duroxide::held_flush_test {

namespace {

/// Tables in memory whose commits wait for the test, once it says so.
class HeldKv final : public storage::KvStore {
 public:
  [[nodiscard]] std::unique_ptr<storage::ReadView> writer_view() override {
    return inner_.writer_view();
  }
  [[nodiscard]] std::unique_ptr<storage::ReadView> snapshot() override { return inner_.snapshot(); }
  void commit(storage::Changes&& changes) override {
    {
      std::unique_lock lock(mutex_);
      ++begun_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return allowed_ >= begun_; });
    }
    inner_.commit(std::move(changes));
  }
  [[nodiscard]] std::optional<std::string> broken_by() const override { return std::nullopt; }
  [[nodiscard]] storage::StoreUse use() override { return inner_.use(); }
  void close() override {}

  /// From now on each commit waits.
  void hold() {
    const std::lock_guard lock(mutex_);
    allowed_ = begun_;
  }
  /// Waits until a commit waits.
  void wait_for_commit() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return begun_ > allowed_; });
  }
  void let_one_through() { allow(1); }
  [[nodiscard]] std::uint64_t commits() {
    const std::lock_guard lock(mutex_);
    return begun_;
  }
  void let_all_through() { allow(1'000'000); }

 private:
  void allow(std::uint64_t more) {
    {
      const std::lock_guard lock(mutex_);
      allowed_ += more;
    }
    changed_.notify_all();
  }

  storage::MemoryKv inner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t begun_ = 0;
  std::uint64_t allowed_ = 1'000'000;
};

/// Takes the queue from no thread that is in a message, so that only a wait leaves it to others.
class PatientSystem {
 public:
  PatientSystem() {
    const actors::SpawnsFromOutside outside;
    actors::configure(config_);
    actors::EngineScheduler::configure(config_, {.longest_message = std::chrono::hours(1)});
    system_ = std::make_unique<caf::actor_system>(config_);
  }
  [[nodiscard]] caf::actor_system& get() { return *system_; }

 private:
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
};

Store open(const ActorSystem& system, const std::shared_ptr<HeldKv>& kv) {
  storage::ProviderParts parts;
  parts.store = kv;
  parts.opening = storage::begin_opening(*kv);
  parts.clock = system_clock();
  return detail::start_store(system, std::move(parts));
}

template <class T>
bool is_there(const std::future<T>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

TEST_CASE("nothing that follows from a batch is to be seen before its flush",
          "[group_commit][threads]") {
  const auto kind = GENERATE(ActivityKind::ordinary, ActivityKind::short_running);
  PatientSystem own;
  const ActorSystem system = use_actor_system(own.get());
  const auto kv = std::make_shared<HeldKv>();
  const Store store = open(system, kv);
  const Store other = MemoryProvider::create(MemoryOptions().actor_system(system));
  const Client other_client(other);
  // On the same engine thread, which only the wait for the disk can have left to them.
  const auto others_go_on = [&] {
    return other_client.get_orchestration_status("nobody").has_value();
  };

  std::promise<void> ran;
  std::promise<bool> started;
  std::promise<std::string> ended;
  auto has_run = ran.get_future();
  auto was_started = started.get_future();
  auto has_ended = ended.get_future();
  Runtime runtime(store, RuntimeOptions().control_socket(false));
  runtime
      .register_orchestration("Calls",
                              [](OrchestrationContext context, std::string) -> Task<std::string> {
                                co_return co_await context.schedule_activity("A");
                              })
      .register_activity(
          "A",
          [&] {
            ran.set_value();
            return "done";
          },
          kind);
  REQUIRE(runtime.start());
  Client client(store);

  kv->hold();
  client.start_orchestration(
      "i", "Calls", std::string(), StartOptions(),
      [&](const Client::Started& done) { started.set_value(done.has_value()); });
  client.wait_for_completion(
      "i", [&](const Client::Status& status) { ended.set_value(status.value().output()); });
  kv->wait_for_commit();
  CHECK(others_go_on());
  CHECK_FALSE(is_there(has_run));
  CHECK_FALSE(is_there(was_started));

  kv->let_one_through();
  CHECK(was_started.get());
  has_run.wait();
  kv->wait_for_commit();
  CHECK(others_go_on());
  CHECK_FALSE(is_there(has_ended));

  kv->let_all_through();
  CHECK(has_ended.get() == "done");
}

TEST_CASE("a read does not wait for the disk, and sees nothing that is not on it",
          "[group_commit][threads][values]") {
  PatientSystem own;
  const auto kv = std::make_shared<HeldKv>();
  const Store store = open(use_actor_system(own.get()), kv);
  Client client(store);
  REQUIRE(client.start_orchestration("first", "Anything"));

  kv->hold();
  std::promise<bool> started;
  auto was_started = started.get_future();
  client.start_orchestration(
      "second", "Anything", std::string(), StartOptions(),
      [&](const Client::Started& done) { started.set_value(done.has_value()); });
  kv->wait_for_commit();
  CHECK(client.get_orchestration_status("first").value().is_running());
  CHECK(client.get_orchestration_status("second").value().is_not_found());
  CHECK_FALSE(client.get_value("first", "key").value().has_value());
  CHECK(client.get_all_values("first").value().empty());
  CHECK_FALSE(is_there(was_started));

  kv->let_all_through();
  CHECK(was_started.get());
  CHECK(client.get_orchestration_status("second").value().is_running());
}

TEST_CASE("steps of pure activities share a flush", "[group_commit][activities]") {
  PatientSystem own;
  const auto kv = std::make_shared<HeldKv>();
  const Store store = open(use_actor_system(own.get()), kv);
  Runtime runtime(store, RuntimeOptions().control_socket(false));
  runtime
      .register_orchestration("Counts",
                              [](OrchestrationContext context, int steps) -> Task<int> {
                                int value = 0;
                                for (int i = 0; i < steps; ++i) {
                                  value = co_await context.schedule_activity<int>("Add", value);
                                }
                                co_return value;
                              })
      .register_activity(
          "Add", [](int value) { return value + 1; }, ActivityKind::pure);
  REQUIRE(runtime.start());
  Client client(store);
  const std::uint64_t before = kv->commits();
  REQUIRE(client.start_orchestration("i", "Counts", 1000));
  CHECK(client.wait_for_completion("i").value().output() == "1000");
  CHECK(kv->commits() - before <= 1000 / 20);
}

}  // namespace duroxide::held_flush_test
