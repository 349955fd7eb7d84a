// Stores on real threads: who closes them, where, and what stands afterwards.

#include <future>
#include <thread>

#include <catch2/catch.hpp>

#include "protocol/store_impl.hpp"
#include "provider/world.hpp"

namespace duroxide::store_handle_test {

using namespace duroxide::provider;
using namespace duroxide::testing;

namespace {

LmdbOptions fast() {
  return LmdbOptions().durability(Durability::none).log_sink({});
}

template <class Response, class Request>
Response ask(const Store& store, Request request) {
  caf::scoped_actor self(detail::StoreAccess::system(store));
  std::optional<Response> answer;
  self->request(provider_of(store), caf::infinite, std::move(request))
      .receive([&](const Response& response) { answer = response; },
               [](const caf::error&) { FAIL("no answer"); });
  return *answer;
}

/// Drops a store as soon as it runs.
class Dropper final : public caf::event_based_actor {
 public:
  Dropper(caf::actor_config& config, std::shared_ptr<Store> store, std::promise<void>* dropped)
      : caf::event_based_actor(config), store_(std::move(store)), dropped_(dropped) {}

 protected:
  caf::behavior make_behavior() override {
    store_.reset();
    dropped_->set_value();
    return {};
  }

 private:
  std::shared_ptr<Store> store_;
  std::promise<void>* dropped_;
};

}  // namespace

TEST_CASE("a store can be opened again as soon as it is closed", "[store]") {
  TempDir temp;
  for (int i = 0; i < 10; ++i) {
    const auto store = LmdbProvider::open(temp.path(), fast()).value();
    CHECK(store.has_management());
    CHECK(
        ask<Done>(store, EnqueueOrchestratorWork{start_item("i" + std::to_string(i)), {}, false}));
    const Store copy = store;
    CHECK(ask<Answer<OrchestrationStatus>>(copy, GetStatus{"i0"}).value().is_running());
  }
}

TEST_CASE("every durability keeps what it acknowledged across a clean close", "[store]") {
  TempDir temp;
  const auto durability = GENERATE(Durability::full, Durability::relaxed, Durability::none);
  const auto options = LmdbOptions().durability(durability).log_sink({});
  {
    const auto store = LmdbProvider::open(temp.path(), options).value();
    CHECK(ask<Done>(store, EnqueueOrchestratorWork{start_item("a"), {}, false}));
  }
  const auto store = LmdbProvider::open(temp.path(), options).value();
  CHECK(ask<Answer<OrchestrationStatus>>(store, GetStatus{"a"}).value().is_running());
}

TEST_CASE("a store in memory works on threads too", "[store]") {
  const auto store = MemoryProvider::create(MemoryOptions().log_sink({}));
  std::vector<std::thread> clients;
  for (int t = 0; t < 4; ++t) {
    clients.emplace_back([&store, t] {
      for (int i = 0; i < 50; ++i) {
        const auto id = std::to_string(t) + "-" + std::to_string(i);
        (void)ask<Done>(store, EnqueueOrchestratorWork{start_item(id), {}, false});
      }
    });
  }
  for (auto& client : clients) {
    client.join();
  }
  CHECK(ask<Answer<OrchestrationStatus>>(store, GetStatus{"3-49"}).value().is_running());
}

TEST_CASE("the last handle can be dropped on an actor's thread", "[store]") {
  TempDir temp;
  std::promise<void> dropped;
  {
    auto store = std::make_shared<Store>(LmdbProvider::open(temp.path(), fast()).value());
    auto& system = detail::StoreAccess::system(*store);
    system.spawn<Dropper>(std::move(store), &dropped);
  }
  REQUIRE(dropped.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  CHECK(LmdbProvider::open(temp.path(), fast()));
}

TEST_CASE("stores share a lent actor system", "[store]") {
  TempDir temp;
  const auto system = ActorSystem::create();
  const auto one = LmdbProvider::open(temp.path() / "1", fast().actor_system(system)).value();
  const auto two = MemoryProvider::create(MemoryOptions().actor_system(system).log_sink({}));
  CHECK(&detail::StoreAccess::system(one) == &detail::StoreAccess::system(two));
  CHECK(ask<Done>(one, EnqueueOrchestratorWork{start_item("a"), {}, false}));
  CHECK(ask<Done>(two, EnqueueOrchestratorWork{start_item("a"), {}, false}));
}

TEST_CASE("a store of one's own closes as it says", "[store]") {
  const auto inner = MemoryProvider::create(MemoryOptions().log_sink({}));
  bool closed = false;
  {
    const auto store = make_store(detail::StoreAccess::actor_system(inner), inner.clock(),
                                  provider_of(inner), {}, [&closed] { closed = true; });
    CHECK_FALSE(store.has_management());
    CHECK(store.clock() == inner.clock());
  }
  CHECK(closed);
}

}  // namespace duroxide::store_handle_test
