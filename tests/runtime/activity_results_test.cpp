// What becomes of the results of activities: the dispatcher hands them on to the store.

#include "activity_fixture.hpp"

namespace duroxide::activity_results_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

TEST_CASE("activity results: one goes to the store with the lease it was run under", "[workers]") {
  ActivityFixture f(1);
  f.deliver({5});
  f.complete(0);
  const auto ack = f.provider.answer<AckWorker>(Done());
  CHECK(ack.lock_token == 5);
  REQUIRE(ack.completion);
  CHECK(std::get<work::ActivityCompleted>(*ack.completion).result == "of i5");
  CHECK(f.provider.count<AbandonWorker>() == 0);
}

TEST_CASE("activity results: the worker has its next activity before the store has answered",
          "[workers]") {
  ActivityFixture f(1);
  f.deliver({5, 6});
  f.complete(0);
  CHECK(f.provider.count<AckWorker>() == 1);
  CHECK(f.runs(6) == 0);
}

TEST_CASE("activity results: of a call that is left open there is none", "[workers][tokens]") {
  ActivityFixture f(1);
  f.deliver({5});
  f.finish(0);
  CHECK(f.provider.count<AckWorker>() == 0);
  CHECK(f.provider.count<AbandonWorker>() == 0);
}

TEST_CASE("activity results: a refused one", "[workers]") {
  ActivityFixture f(1);
  f.deliver({5});
  f.complete(0);
  SECTION("of an activity that was cancelled is dropped") {
    f.provider.answer<AckWorker>(
        Done(failure(provider_error(ProviderError::Kind::invalid_lock_token))));
    CHECK(f.provider.count<AbandonWorker>() == 0);
    CHECK(f.logged.empty());
  }
  SECTION("is tried again later") {
    f.provider.answer<AckWorker>(Done(failure(provider_error(ProviderError::Kind::storage))));
    const auto abandon = f.provider.answer<AbandonWorker>(Done());
    CHECK(abandon.lock_token == 5);
    CHECK_FALSE(abandon.ignore_attempt);
    CHECK(f.logged.size() == 1);
  }
  SECTION("by a closed store is dropped") {
    f.provider.answer<AckWorker>(Done(failure(provider_error(ProviderError::Kind::closed))));
    CHECK_FALSE(*f.environment->store_works);
  }
}

TEST_CASE("activity results: that of an activity which was left behind goes to nobody",
          "[workers][cancellation]") {
  ActivityFixture f(1, RuntimeOptions().activity_cancellation_grace(Milliseconds(0)));
  f.deliver({5});
  f.cancel({5});
  f.advance(Milliseconds(1));
  REQUIRE(f.workers.size() == 2);
  f.complete(0);
  CHECK(f.provider.count<AckWorker>() == 0);
}

}  // namespace duroxide::activity_results_test
