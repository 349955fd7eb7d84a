// Activities that are finished, or heard of, from outside.

#include "client/facade.hpp"

namespace duroxide::activities_test {

using namespace duroxide::provider;
using namespace duroxide::test;
using Kind = ClientError::Kind;

namespace {

const ActivityToken token{"i", 2, 7, 0xABC};

void check_reference(const ActivityReference& activity) {
  CHECK(activity.instance == "i");
  CHECK(activity.execution_id == 2);
  CHECK(activity.event_id == 7);
  CHECK(activity.incarnation == 0xABC);
}

}  // namespace

TEST_CASE("client: an activity is completed by its token", "[activities][tokens]") {
  FacadeFixture f;
  const auto request = f.served<CompleteActivity>(
      [&](Client::OnDone done) { f.client->complete_activity(token, 5, std::move(done)); }, Done());
  check_reference(request.activity);
  CHECK(std::get<work::ActivityCompleted>(request.completion) ==
        work::ActivityCompleted{"i", 2, 7, "5"});
}

TEST_CASE("client: an activity is failed by its token", "[activities][tokens]") {
  FacadeFixture f;
  const auto request = f.served<CompleteActivity>(
      [&](Client::OnDone done) { f.client->fail_activity(token, "no money", std::move(done)); },
      Done());
  check_reference(request.activity);
  const auto& failed = std::get<work::ActivityFailed>(request.completion);
  CHECK(failed.instance == "i");
  CHECK(failed.execution_id == 2);
  CHECK(failed.id == 7);
  CHECK(failed.details.category == ErrorCategory::application);
  CHECK(failed.details.kind == ErrorKind::activity_failed);
  CHECK(failed.details.message == "no money");
  REQUIRE(failed.details.chain.size() == 1);
  CHECK(failed.details.chain[0] == ErrorOrigin{ErrorOrigin::Kind::activity, "", "i", 2, 7});
  CHECK(failed.details.describe_chain() == "activity 7 of i");
}

TEST_CASE("client: an activity's heartbeat from outside", "[activities][tokens][heartbeats]") {
  FacadeFixture f;
  const auto request = f.served<Heartbeat>(
      [&](Client::OnDone done) { f.client->heartbeat_activity(token, 40, std::move(done)); },
      Done());
  check_reference(request.activity);
  CHECK(request.details == "40");
}

TEST_CASE("client: an activity that is not open any more", "[activities][tokens]") {
  FacadeFixture f;
  const Done gone = failure(provider_error(ProviderError::Kind::activity_not_found));
  f.provider.whenever<CompleteActivity>(
      [&] { f.provider.take<CompleteActivity>().promise.deliver(gone); });
  f.provider.whenever<Heartbeat>([&] { f.provider.take<Heartbeat>().promise.deliver(gone); });
  for (const auto& done : {f.client->complete_activity(token), f.client->fail_activity(token, "x"),
                           f.client->heartbeat_activity(token, 1)}) {
    CHECK(kind_of(done) == Kind::activity_not_found);
    CHECK_THAT(done.error().message,
               Catch::Contains("i0000000000000abc/2/7/i") && Catch::Contains("cancelled"));
  }
}

TEST_CASE("client: other errors about activities stay what they are", "[activities][tokens]") {
  FacadeFixture f;
  std::optional<ClientError> error;
  f.served<CompleteActivity>(
      [&](Client::OnDone done) { f.client->fail_activity(token, "x", std::move(done)); },
      Done(failure(provider_error(ProviderError::Kind::disk_full))), &error);
  CHECK(error->kind == Kind::storage_error);
}

TEST_CASE("client: wrong tokens and too much data never reach the store",
          "[activities][tokens][limits]") {
  FacadeFixture f;
  const std::string large((std::size_t{64} << 20) + 1, 'x');
  const auto no_activity = GENERATE(ActivityToken{"i", 0, 7}, ActivityToken{"i", 2, 0});
  CHECK(kind_of(f.client->complete_activity(no_activity)) == Kind::invalid_input);
  CHECK(kind_of(f.client->fail_activity(no_activity, "x")) == Kind::invalid_input);
  CHECK(kind_of(f.client->heartbeat_activity(no_activity, 1)) == Kind::invalid_input);
  CHECK(kind_of(f.client->complete_activity(token, large)) == Kind::invalid_input);
  CHECK(kind_of(f.client->complete_activity(token, Unencodable())) == Kind::invalid_input);
  CHECK(kind_of(f.client->fail_activity(token, large)) == Kind::invalid_input);
  CHECK(kind_of(f.client->heartbeat_activity(token, std::string(65537, 'x'))) ==
        Kind::invalid_input);
  CHECK(kind_of(f.client->heartbeat_activity(token, Unencodable())) == Kind::invalid_input);
  CHECK(f.provider.count<CompleteActivity>() == 0);
  CHECK(f.provider.count<Heartbeat>() == 0);
}

TEST_CASE("client: the largest heartbeat", "[activities][tokens][heartbeats][limits]") {
  FacadeFixture f;
  const auto request = f.served<Heartbeat>(
      [&](Client::OnDone done) {
        f.client->heartbeat_activity(token, std::string(65536, 'x'), std::move(done));
      },
      Done());
  CHECK(request.details.size() == 65536);
}

}  // namespace duroxide::activities_test
