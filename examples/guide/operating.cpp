// Seeing what is in a store, and acting on it.
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "guide.hpp"

namespace guide {

namespace {

Task<std::string> order(OrchestrationContext ctx, std::string item) {
  const std::string packed = co_await ctx.schedule_activity("Pack", item);
  const std::string shipped = co_await ctx.wait_for_external_event("Shipped");
  co_return packed + ", " + shipped;
}

/// A machine that is broken until somebody mends it.
struct Machine {
  std::atomic<bool> is_broken{true};
};

void register_all(Runtime& runtime, const std::shared_ptr<Machine>& machine) {
  runtime.register_orchestration("Order", order)
      .register_activity("Pack", [machine](std::string item) {
        if (item == "glass" && machine->is_broken) {
          throw std::runtime_error("the machine is broken");
        }
        return item + " packed";
      });
}

/// What a program has of its own, and asks for its values now and then.
struct Registry {
  using Labels = std::vector<std::pair<std::string, std::string>>;

  void is(const std::string& name, const Labels& labels, double value) {
    if (name == "duroxide_instances") {
      told += labels.at(1).second + " " + std::to_string(static_cast<int>(value)) + ", ";
    }
  }
  void observed(const std::string& /*name*/, const Labels& /*labels*/,
                const std::vector<double>& /*bounds*/,
                const std::vector<std::uint64_t>& /*buckets*/, double /*sum*/) {}

  std::string told;
};

/// One that is pushed to.
struct Pushed {
  void push(const std::vector<MetricFamily>& families) {
    if (!std::exchange(is_pushed, true)) {
      first.set_value(families.size());
    }
  }

  bool is_pushed = false;
  std::promise<std::size_t> first;
};

// [list]
std::vector<std::string> oldest_open_orders(const ManagementClient& management) {
  InstanceFilter filter;
  filter.status = {ExecutionStatus::running};
  filter.orchestration_name = "Order";
  filter.tags = {"customer 7"};  // as given by StartOptions().tag(…)
  filter.order = InstanceOrder::created;
  std::vector<std::string> ids;
  std::optional<std::string> cursor;
  do {
    const auto page = expect(management.list_page(filter, 100, cursor));
    for (const InstanceSummary& each : page.instances) {
      ids.push_back(each.instance_id);
    }
    cursor = page.next_cursor;
  } while (cursor);
  return ids;
}
// [/list]

// [details]
std::string waits_for(const ManagementClient& management, const std::string& instance) {
  const auto details = expect(management.get_instance_details(instance));
  if (!details || !details->current_execution) {
    return "nothing";
  }
  const auto& events = details->current_execution->pending_events;
  return events.empty() ? "something else" : "the event " + events.front().name;
}
// [/details]

// [subscribe]
std::string next_end(ChangeSubscription& changes) {
  std::string ended;
  while (ended.empty()) {
    const auto batch = expect(changes.next());
    for (const StatusChange& change : batch.changes) {
      if (change.kind == ChangeKind::completed || change.kind == ChangeKind::failed) {
        ended = change.instance_id;
      }
    }
  }
  return ended;
}
// [/subscribe]

// [metrics]
void hand_over(const ManagementClient& management, Registry& registry) {
  for (const MetricFamily& family : expect(management.metrics())) {
    for (const MetricSample& sample : family.samples) {
      if (family.kind == MetricKind::histogram) {
        registry.observed(family.name, sample.labels, family.bounds, sample.buckets, sample.sum);
      } else {
        registry.is(family.name, sample.labels, sample.value);
      }
    }
  }
}
// [/metrics]

// [rewind]
std::string try_again(Client& client, const ManagementClient& management,
                      const std::string& instance) {
  expect(management.rewind_instance(instance));  // to just before the failure
  expect(client.raise_event(instance, "Shipped", "by air"));
  return expect(client.wait_for_completion(instance, ample)).output();
}
// [/rewind]

// [act-on-many]
BulkResult stop_stale_orders(const ManagementClient& management) {
  InstanceFilter stale;
  stale.orchestration_name = "Order";
  stale.updated_before = system_clock()->now() - 24h * 7;
  return expect(management.act_on_instances(stale, BulkAction::cancel("nobody has paid")));
}
// [/act-on-many]

// [clean-up]
std::uint64_t clean_up(const ManagementClient& management) {
  InstanceFilter old;
  old.status = {ExecutionStatus::completed, ExecutionStatus::failed, ExecutionStatus::cancelled};
  old.updated_before = system_clock()->now() - 24h * 30;
  const auto deleted = management.delete_instances(old, {}, [](const Progress& progress) {
    return progress.done < 100'000;  // false stops it; what was deleted so far stays deleted
  });
  return expect(deleted).instances_deleted;
}
// [/clean-up]

// [retention]
RuntimeOptions tidy() {
  return RuntimeOptions().retention(
      RetentionPolicy().completed(24h * 7).failed(24h * 90).keep_executions(100));
}
// [/retention]

// [codec]
Result<Store, ProviderError> open_encoded(const std::filesystem::path& directory,
                                          std::shared_ptr<const PayloadCodec> codec) {
  return LmdbProvider::open(directory, LmdbOptions().payload_codec(std::move(codec)));
}
// [/codec]

// [backup]
bool back_up(const ManagementClient& management, const std::filesystem::path& directory) {
  expect(management.backup(directory));
  const Store copy = expect(LmdbProvider::open_read_only(directory));
  return expect(ManagementClient(copy).verify()).is_clean();
}
// [/backup]

// [remote]
std::string order_from_another_process(const std::filesystem::path& directory) {
  const Store store = expect(RemoteStore::connect(directory));
  Client client{store};
  const auto once = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  expect(client.start_orchestration("order-3", "Order", std::string("wood"), once));
  expect(client.raise_event("order-3", "Shipped", "by sea"));
  return expect(client.wait_for_completion("order-3", ample)).output();
}
// [/remote]

// [dashboard]
RuntimeOptions with_dashboard(const std::string& token) {
  return RuntimeOptions().http(
      HttpOptions().port(8080).token(token).on_link([](const std::string& link) {
        std::cerr << "The dashboard opens once at " << link << "\n";
      }));
}
// [/dashboard]

}  // namespace

void operating() {
  const auto machine = std::make_shared<Machine>();
  World world([&](Runtime& runtime) { register_all(runtime, machine); }, tidy());
  const auto management = expect(world.client.management());
  auto changes = expect(management.subscribe());

  const auto tagged = StartOptions().tag("customer 7");
  expect(world.client.start_orchestration("order-1", "Order", std::string("glass"), tagged));
  check("subscribe", next_end(changes), "order-1");
  machine->is_broken = false;
  check("rewind", try_again(world.client, management, "order-1"), "glass packed, by air");
  check("subscribe", next_end(changes), "order-1");

  expect(world.client.start_orchestration("order-2", "Order", std::string("wood"), tagged));
  check("list", oldest_open_orders(management).at(0), "order-2");
  auto turns = expect(management.subscribe({"order-2", std::nullopt, true}));
  while (waits_for(management, "order-2") != "the event Shipped") {
    expect(turns.next());
  }
  check("details", waits_for(management, "order-1"), "nothing");
  Registry registry;
  hand_over(management, registry);
  check("metrics", registry.told, "running 1, completed 1, failed 0, cancelled 0, ");
  Pushed pushed;
  {
    // [report-metrics]
    const auto take = [&](const std::vector<MetricFamily>& families) { pushed.push(families); };
    auto reporter = MetricsReporter::start(management, 10s, take).value();  // now, then every 10 s
    // [/report-metrics]
    check("report-metrics", pushed.first.get_future().get() > 20 ? "many" : "few", "many");
  }
  check("act-on-many", std::to_string(stop_stale_orders(management).done), "0");
  check("clean-up", std::to_string(clean_up(management)), "0");

  const auto directory =
      std::filesystem::temp_directory_path() / ("duroxide-guide-" + std::to_string(::getpid()));
  check("backup", back_up(management, directory) ? "clean" : "damaged", "clean");
  check("codec", open_encoded(directory, nullptr) ? "opened" : "refused", "opened");
  {
    // In this process for once: the two share nothing but the directory.
    const Store owned = expect(LmdbProvider::open(directory));
    Runtime runtime{owned};
    register_all(runtime, machine);
    expect(runtime.start());
    check("remote", order_from_another_process(directory), "wood packed, by sea");
  }
  check("dashboard", with_dashboard("a token of nobody").http()->problem() ? "refused" : "fine",
        "refused");
  std::filesystem::remove_all(directory);
}

}  // namespace guide
