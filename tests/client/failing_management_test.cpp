// Bulk operations on a store whose management fails at one of the requests that they are made of: the
// caller hears of it, whichever it is.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/deletable.hpp"
#include "client/facade.hpp"

namespace duroxide::failing_management_test {

using namespace duroxide::test;
using Kind = ClientError::Kind;

namespace {

/// Which requests fail, and with what; and what those are that do not.
struct Script {
  std::string fails;
  ProviderError::Kind with = ProviderError::Kind::storage;
  bool next_is_large = false;
  std::vector<InstanceSummary> instances;
  std::vector<std::string> asked;

  template <class T>
  management::Answer<T> answer(const char* request, T value) {
    asked.emplace_back(request);
    if (fails == request) {
      return failure(provider_error(with));
    }
    return value;
  }
};

class FailingManagement final : public ManagementActor::base {
 public:
  FailingManagement(caf::actor_config& config, std::shared_ptr<Script> script)
      : ManagementActor::base(config), script_(std::move(script)) {}

 protected:
  behavior_type make_behavior() override {
    return management::answer_only(
        [this](const management::CountInstances&) {
          return script_->answer("count", std::uint64_t{script_->instances.size()});
        },
        [this](const management::ListPage&) {
          return script_->answer("page", InstancePage{script_->instances, std::nullopt});
        },
        [this](const management::GetInstanceInfo&) {
          return script_->answer("info", InstanceInfo());
        },
        [this](const management::GetInstanceTree& request) {
          InstanceTree tree;
          tree.root_id = request.instance;
          tree.instances = script_->instances;
          return script_->answer("tree", std::move(tree));
        },
        [this](const management::DeleteTrees& request) {
          management::DeletedTrees done;
          done.roots_seen = script_->next_is_large ? 0 : request.roots.size();
          done.next_is_large = script_->next_is_large;
          return script_->answer("delete trees", done);
        },
        [this](const management::DeleteInstances& request) {
          DeleteInstanceResult done;
          done.instances_deleted = request.instances.size();
          return script_->answer("delete", done);
        },
        [this](const management::PruneInstances&) {
          return script_->answer("prune", management::PrunedInstances());
        });
  }

 private:
  std::shared_ptr<Script> script_;
};

InstanceSummary summary(const char* id) {
  InstanceSummary summary;
  summary.instance_id = id;
  summary.execution_count = 2;
  summary.status = OrchestrationStatus(ExecutionStatus::completed);
  return summary;
}

struct Fixture : FacadeFixture {
  Fixture() {
    script->instances = {summary("a")};
    actor = system.get().spawn<FailingManagement>(script);
    manager.emplace(make_store(system.handle(), std::make_shared<ManualClock>(), provider.actor(),
                               actor, [] {}));
  }
  ~Fixture() {
    manager.reset();
    actors::stop(actor);
    system.run();
  }

  /// The error of `call` if this request fails, which it must have come to.
  template <class Call>
  Kind failing_at(const char* request, const Call& call) {
    CAPTURE(request);
    script->fails = request;
    script->asked.clear();
    const Kind kind = kind_of(call());
    CHECK(script->asked.back() == request);
    script->fails.clear();
    return kind;
  }

  std::shared_ptr<Script> script = std::make_shared<Script>();
  ManagementActor actor;
  std::optional<ManagementClient> manager;
};

}  // namespace

TEST_CASE("a deletion of many tells of the request that has failed", "[client][management][bulk]") {
  Fixture f;
  const auto call = [&] { return f.manager->delete_instances({}, {}); };
  for (const char* request : {"count", "page", "delete trees"}) {
    CHECK(f.failing_at(request, call) == Kind::storage_error);
  }
  CHECK(call().value().instances_deleted == 0);
}

TEST_CASE("a large tree among many is deleted by itself, unless it has gone or changed",
          "[client][management][bulk][delete]") {
  Fixture f;
  f.script->next_is_large = true;
  const auto call = [&] { return f.manager->delete_instances({}, {}); };
  CHECK(call().value().instances_deleted == 1);
  CHECK(f.failing_at("tree", call) == Kind::storage_error);
  CHECK(f.failing_at("delete", call) == Kind::storage_error);
  f.script->fails = "delete";
  for (const auto passed :
       {ProviderError::Kind::instance_not_found, ProviderError::Kind::invalid_input}) {
    f.script->with = passed;
    CHECK(call().value().instances_deleted == 0);
  }
}

TEST_CASE("a prune of many tells of the request that has failed, and of options that say nothing",
          "[client][management][bulk]") {
  Fixture f;
  PruneOptions options;
  CHECK(kind_of(f.manager->prune_instances({}, options)) == Kind::invalid_input);
  CHECK(f.script->asked.empty());
  options.keep_last = 1;
  for (const char* request : {"count", "page", "prune"}) {
    CHECK(f.failing_at(request, [&] { return f.manager->prune_instances({}, options); }) ==
          Kind::storage_error);
  }
}

TEST_CASE("what may be deleted is told, or which request has failed",
          "[client][management][delete]") {
  Fixture f;
  const auto roots = [&](bool force, bool goes_on) {
    return client::deletable_roots(*f.manager, {}, force,
                                   [goes_on](const Progress&) { return goes_on; });
  };
  for (const char* request : {"count", "page", "tree"}) {
    CHECK(f.failing_at(request, [&] { return roots(false, true); }) == Kind::storage_error);
  }
  REQUIRE(roots(false, true).value().size() == 1);
  CHECK(roots(true, true).value().size() == 1);
  CHECK(roots(true, false).value().empty());
  // One that has gone since it was listed is none that may be deleted.
  f.script->fails = "tree";
  f.script->with = ProviderError::Kind::instance_not_found;
  CHECK(roots(false, true).value().empty());
}

TEST_CASE("a child is not deleted as long as its parent may wait for it",
          "[client][management][delete][children]") {
  Fixture f;
  f.script->instances.front().parent_instance = "parent";
  const auto call = [&] { return f.manager->delete_instance("a"); };
  const auto refused = call();
  CHECK(kind_of(refused) == Kind::invalid_input);
  CHECK_THAT(refused.error().message, Catch::Contains("`a` is a child of `parent`"));
  CHECK(f.failing_at("info", call) == Kind::storage_error);
  f.script->fails = "info";
  f.script->with = ProviderError::Kind::instance_not_found;
  CHECK(call().value().instances_deleted == 1);
}

}  // namespace duroxide::failing_management_test
