// Orchestration code that calls what would wait for itself.

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "neighbours.hpp"

namespace duroxide::blocking_test {

using namespace duroxide::hostile;

namespace {

/// What the calls came to that code has made which must not.
class Refusals {
 public:
  template <class R>
  void add(const R& result) {
    const std::lock_guard lock(mutex_);
    kinds_.push_back(result ? std::nullopt : std::optional(result.error().kind));
  }
  [[nodiscard]] std::size_t count() {
    const std::lock_guard lock(mutex_);
    return kinds_.size();
  }
  [[nodiscard]] bool all_would_deadlock() {
    const std::lock_guard lock(mutex_);
    for (const auto& kind : kinds_) {
      if (kind != ClientError::Kind::would_deadlock) {
        return false;
      }
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::vector<std::optional<ClientError::Kind>> kinds_;
};

void call_everything(const Store& store, Refusals& refusals) {
  Client client(store);
  refusals.add(client.start_orchestration("other", "Good"));
  refusals.add(client.get_status("i"));
  refusals.add(client.wait_for_completion("i"));
  refusals.add(client.raise_event("i", "Go"));
  refusals.add(client.cancel_orchestration("i", "enough"));
  refusals.add(ManagementClient(store).list_all_instances());
  refusals.add(ManagementClient(store).verify());
}

/// Calls as it goes out of scope.
class CallsLate {
 public:
  CallsLate(const Store& store, Refusals& refusals) : store_(store), refusals_(refusals) {}
  CallsLate(const CallsLate&) = delete;
  CallsLate& operator=(const CallsLate&) = delete;
  ~CallsLate() { call_everything(store_, refusals_); }

 private:
  const Store& store_;
  Refusals& refusals_;
};

}  // namespace

TEST_CASE("orchestration code that calls a blocking client is refused, and goes on",
          "[hostile][threads][client]") {
  const auto refusals = std::make_shared<Refusals>();
  const auto store = std::make_shared<std::optional<Store>>();
  Scenario s(EVERY_BACKEND, beside_good([=](Runtime& runtime) {
               runtime.register_orchestration(
                   "Blocks", [=](OrchestrationContext context) -> Task<std::string> {
                     const std::string go = co_await context.wait_for_external_event("Go");
                     call_everything(**store, *refusals);
                     co_return "went on";
                   });
             }),
             quiet());
  Neighbours neighbours(s);
  s.start("i", "Blocks");
  *store = s.store();
  s.raise("i", "Go");
  CHECK(s.wait("i").output() == "went on");
  CHECK(refusals->count() == 7);
  CHECK(refusals->all_would_deadlock());
  neighbours.end_well();
  store->reset();
}

TEST_CASE("a local that calls a blocking client as its frame goes is refused",
          "[hostile][threads][client]") {
  const auto refusals = std::make_shared<Refusals>();
  const auto store = std::make_shared<std::optional<Store>>();
  Scenario s(EVERY_BACKEND, beside_good([=](Runtime& runtime) {
               runtime.register_orchestration(
                   "BlocksLate", [=](OrchestrationContext context) -> Task<std::string> {
                     const std::string go = co_await context.wait_for_external_event("Go");
                     const CallsLate late(**store, *refusals);
                     co_return co_await context.wait_for_external_event("Never");
                   });
             }),
             quiet());
  Neighbours neighbours(s);
  s.start("i", "BlocksLate");
  *store = s.store();
  s.raise("i", "Go");
  SECTION("because the instance is cancelled") {
    REQUIRE(s.client().cancel_orchestration("i", "enough"));
    CHECK(s.wait("i").is_cancelled());
  }
  SECTION("because the runtime stops") {
    while (s.types("i").size() < 4) {  // until it waits for what never comes
      REQUIRE(s.client().get_status("i"));
    }
    s.stop_runtime();
    s.start_runtime();
  }
  neighbours.end_well();
  s.stop_runtime();
  CHECK(refusals->count() >= 7);
  CHECK(refusals->all_would_deadlock());
  store->reset();
}

}  // namespace duroxide::blocking_test
