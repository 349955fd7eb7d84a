// The plain parts of the runtime: registries, back-off, residents, options, guids.

#include <limits>
#include <set>

#include <catch2/catch.hpp>

#include "runtime/backoff.hpp"
#include "runtime/guid.hpp"
#include "runtime/options.hpp"
#include "runtime/registry.hpp"

namespace duroxide::registry_test {

using namespace duroxide::runtime;

namespace {

OrchestrationHandler nothing() {
  return detail::make_orchestration_handler(
      [](OrchestrationContext) -> Task<std::string> { co_return ""; });
}

}  // namespace

TEST_CASE("registry: versions are ordered as numbers", "[registration][versioning]") {
  OrchestrationRegistry registry;
  for (const char* version : {"1.9.0", "1.10.0", "1.2.30"}) {
    CHECK(registry.add("O", version, nothing()));
  }
  CHECK(registry.resolve("O", std::nullopt).value().version == "1.10.0");
  CHECK(registry.resolve("O", "1.2.30").value().version == "1.2.30");
  CHECK_FALSE(registry.resolve("O", "1.2.3"));
  CHECK_FALSE(registry.resolve("O", "no version"));
}

TEST_CASE("registry: mistakes are told and change nothing", "[registration]") {
  OrchestrationRegistry orchestrations;
  ActivityRegistry activities;
  CHECK(orchestrations.add("O", "1.0.0", nothing()));
  CHECK(orchestrations.add("O", "1.0.0", nothing()).error().what ==
        "orchestration O 1.0.0 is registered twice");
  CHECK_FALSE(orchestrations.add("", "1.0.0", nothing()));
  CHECK_FALSE(orchestrations.add(std::string(256, 'x'), "1.0.0", nothing()));
  CHECK_FALSE(orchestrations.add("\xff", "1.0.0", nothing()));
  CHECK_FALSE(orchestrations.add("P", "1.0", nothing()));
  CHECK_FALSE(orchestrations.add("P", "-1.0.0", nothing()));
  CHECK_FALSE(orchestrations.resolve("P", std::nullopt));
  CHECK(activities.add("A", nullptr));
  CHECK(activities.add("A", nullptr).error().what == "activity A is registered twice");
  CHECK_FALSE(activities.add("", nullptr));
  CHECK(activities.resolve("A").value().kind == ActivityKind::ordinary);
  CHECK_FALSE(activities.has_pure());
  CHECK(activities.add(
      "P", [](ActivityContext&, const std::string&) { return std::string(); }, ActivityKind::pure));
  CHECK(activities.has_pure());
  CHECK(activities.find_pure("P") != nullptr);
  CHECK(activities.find_pure("A") == nullptr);
}

TEST_CASE("registry: what is missing and what is there", "[registration]") {
  OrchestrationRegistry registry;
  CHECK(registry.resolve("O", std::nullopt).error().registered ==
        "registered orchestrations: nothing");
  for (int i = 0; i < 20; ++i) {
    CHECK(registry.add("O", "1.0." + std::to_string(i), nothing()));
  }
  const auto error = registry.resolve("O", "2.0.0").error();
  CHECK(error.what == "orchestration O 2.0.0");
  CHECK(error.registered.find("(20 in all)") != std::string::npos);
}

TEST_CASE("registry: a policy says which version is meant", "[registration][versioning]") {
  OrchestrationRegistry registry;
  for (const char* version : {"1.0.0", "2.0.0", "3.0.0"}) {
    CHECK(registry.add("O", version, nothing()));
  }
  CHECK(registry.set_policy("O", VersionPolicy::exact("2.0.0")));
  CHECK(registry.check_policies().empty());
  CHECK(registry.resolve("O", std::nullopt).value().version == "2.0.0");
  CHECK(registry.resolve("O", "1.0.0").value().version == "1.0.0");
  SECTION("the last one that was set") {
    CHECK(registry.set_policy("O", VersionPolicy::exact("1.0.0")));
    CHECK(registry.resolve("O", std::nullopt).value().version == "1.0.0");
    CHECK(registry.set_policy("O", VersionPolicy::latest()));
    CHECK(registry.resolve("O", std::nullopt).value().version == "3.0.0");
  }
  SECTION("also before that version is registered") {
    CHECK(registry.set_policy("P", VersionPolicy::exact("1.0.0")));
    CHECK(registry.resolve("P", std::nullopt).error().what == "orchestration P 1.0.0");
    CHECK(registry.add("P", "1.0.0", nothing()));
    CHECK(registry.check_policies().empty());
    CHECK(registry.resolve("P", std::nullopt).value().version == "1.0.0");
  }
}

TEST_CASE("registry: mistakes in policies", "[registration][versioning]") {
  OrchestrationRegistry registry;
  CHECK(registry.add("O", "1.0.0", nothing()));
  CHECK(registry.set_policy("", VersionPolicy::latest()).error().what ==
        "the orchestration name is empty");
  CHECK_THAT(registry.set_policy("O", VersionPolicy::exact("2.0")).error().what,
             Catch::Contains("major.minor.patch"));
  CHECK(registry.resolve("O", std::nullopt).value().version == "1.0.0");
  CHECK(registry.set_policy("O", VersionPolicy::exact("2.0.0")));
  CHECK(registry.set_policy("P", VersionPolicy::exact("1.0.0")));
  CHECK(registry.check_policies() ==
        std::vector<std::string>{
            "the version policy of orchestration O asks for 2.0.0, which is not registered; "
            "registered versions: 1.0.0",
            "the version policy of orchestration P asks for 1.0.0, which is not registered; "
            "registered orchestrations: O"});
}

TEST_CASE("back-off doubles up to its limit and never overflows", "[registration][retry]") {
  using Ms = Milliseconds;
  CHECK(exponential_delay(Ms(1000), Ms(60000), 0) == Ms(1000));
  CHECK(exponential_delay(Ms(1000), Ms(60000), 5) == Ms(32000));
  CHECK(exponential_delay(Ms(1000), Ms(60000), 6) == Ms(60000));
  CHECK(exponential_delay(Ms(1000), Ms(60000), std::numeric_limits<std::uint32_t>::max()) ==
        Ms(60000));
  CHECK(exponential_delay(Ms(1), Ms::max(), std::numeric_limits<std::uint32_t>::max()) ==
        Ms::max());
  CHECK(exponential_delay(Ms(5), Ms(2), 0) == Ms(2));
}

TEST_CASE("back-off counts for each thing, and forgets the old ones", "[registration][retry]") {
  Backoffs backoffs(Milliseconds(10), Milliseconds(100));
  Timestamp now = from_milliseconds(0);
  CHECK(backoffs.next("a", now).is_first);
  CHECK(backoffs.next("a", now).delay == Milliseconds(20));
  CHECK(backoffs.next("b", now).delay == Milliseconds(10));
  backoffs.forget("a");
  CHECK(backoffs.next("a", now).is_first);
  for (int i = 0; i < 5'000; ++i) {
    now += Milliseconds(1);
    (void)backoffs.next(std::to_string(i), now);
  }
  CHECK(backoffs.size() < 2'500);
}

TEST_CASE("options that make no sense are named, all of them", "[registration]") {
  CHECK(check_options(RuntimeOptions()));
  CHECK(check_options(RuntimeOptions().max_resident_instances(0)));
  CHECK(check_options(RuntimeOptions().stop_timeout(Milliseconds(0))));
  CHECK(check_options(RuntimeOptions().activity_cancellation_grace(Milliseconds(0))));
  CHECK(check_options(RuntimeOptions().worker_tags(TagFilter::none())));
  CHECK(check_options(RuntimeOptions().worker_tags(TagFilter::any())));
  const RuntimeError refused =
      check_options(RuntimeOptions()
                        .orchestration_concurrency(0)
                        .worker_concurrency(0)
                        .idle_eviction(Milliseconds(0))
                        .max_attempts(0)
                        .unregistered_backoff(Milliseconds(2), Milliseconds(1))
                        .stop_timeout(Milliseconds(-1))
                        .session_idle_timeout(Milliseconds(0))
                        .activity_cancellation_grace(Milliseconds(-1))
                        .max_values(0)
                        .max_value_bytes(0)
                        .max_custom_status_bytes(0)
                        .worker_tags(TagFilter::only({"", "good", std::string(256, 'x')}))
                        .log_sink(nullptr))
          .error();
  CHECK(refused.kind == RuntimeError::Kind::invalid_options);
  CHECK(std::count(refused.message.begin(), refused.message.end(), '\n') == 13);
  CHECK_THAT(refused.message, Catch::Contains("worker_tags: the tag is empty"));
}

TEST_CASE("guids are random UUIDs of version 4", "[recorded]") {
  std::set<std::string> all;
  for (int i = 0; i < 1'000; ++i) {
    const std::string guid = new_guid();
    REQUIRE(guid.size() == 36);
    CHECK(guid[8] == '-');
    CHECK(guid[13] == '-');
    CHECK(guid[14] == '4');
    CHECK(std::string("89ab").find(guid[19]) != std::string::npos);
    all.insert(guid);
  }
  CHECK(all.size() == 1'000);
}

}  // namespace duroxide::registry_test
