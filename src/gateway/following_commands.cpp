// `tail`: an instance's events as they are committed.

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "gateway/event_json.hpp"
#include "gateway/json_types.hpp"
#include "gateway/wakeup.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

[[noreturn]] void interrupted() {
  throw CommandFailure(CommandError::Kind::interrupted, "the tail was interrupted");
}

/// Waits for changes, and for the end of the reader beside them.
class Changes {
 public:
  Changes(const ManagementClient& management, const std::string& instance)
      : subscription_(value_of(management.subscribe(filter_of(instance)))) {}

  /// Waits for the next ones; false if the instance was deleted.
  [[nodiscard]] bool wait(Sink& sink) {
    const auto arrival = std::make_shared<Arrival>();
    subscription_.next([arrival](Result<ChangeBatch, ClientError> batch) {
      const std::lock_guard lock(arrival->mutex);
      arrival->batch = std::move(batch);
      arrival->wakeup.raise();
    });
    if (!sink.wait_until_readable(arrival->wakeup.file())) {
      interrupted();
    }
    const std::lock_guard lock(arrival->mutex);
    for (const StatusChange& change : value_of(std::move(*arrival->batch)).changes) {
      if (change.kind == ChangeKind::deleted) {
        return false;
      }
    }
    return true;
  }

 private:
  struct Arrival {
    Wakeup wakeup;
    std::mutex mutex;
    std::optional<Result<ChangeBatch, ClientError>> batch;
  };

  static ChangeFilter filter_of(const std::string& instance) {
    ChangeFilter filter;
    filter.instance = instance;
    filter.turns = true;
    return filter;
  }

  ChangeSubscription subscription_;
};

/// Hands on the events of an instance, each once.
class EventReader {
 public:
  EventReader(const StoreInUse& store, std::string instance, Sink& sink)
      : store_(store), instance_(std::move(instance)), sink_(sink) {}

  /// Begins here instead of at the current execution.
  void begin_at(std::uint64_t execution) { execution_ = execution; }

  /// Those that are new up to where the instance stands; gives its status, or none if it was deleted
  /// since the first look.
  std::optional<OrchestrationStatus> read() {
    auto answer = store_.management.get_instance_info(instance_);
    if (!answer && execution_ != 0 &&
        answer.error().kind == ClientError::Kind::instance_not_found) {
      return std::nullopt;
    }
    const InstanceInfo info = value_of(std::move(answer));
    if (execution_ == 0) {
      execution_ = info.current_execution_id;
    }
    for (; execution_ < info.current_execution_id; ++execution_, seen_ = 0) {
      read_execution();
    }
    read_execution();
    return info.status;
  }

 private:
  void read_execution() {
    const auto events = store_.management.read_execution_history(instance_, execution_);
    if (!events && (events.error().kind == ClientError::Kind::execution_not_found ||
                    events.error().kind == ClientError::Kind::instance_not_found)) {
      return;  // pruned, deleted, or not begun
    }
    if (!events) {
      throw CommandFailure(events.error());
    }
    for (const Event& event : *events) {
      if (event.event_id <= seen_) {
        continue;
      }
      json item = json_of_event(event);
      item["execution_id"] = execution_;
      if (!sink_.item(item)) {
        interrupted();
      }
      seen_ = event.event_id;
    }
  }

  const StoreInUse& store_;
  std::string instance_;
  Sink& sink_;
  std::uint64_t execution_ = 0;  ///< 0: not known yet
  std::uint64_t seen_ = 0;       ///< the last event of it that was handed on
};

json tail(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const std::string instance = arguments.text("instance");
  // Before the first look, so that nothing falls between the two.
  std::optional<Changes> changes;
  if (store.live) {
    changes.emplace(store.management, instance);
  }
  EventReader reader(store, instance, sink);
  if (const auto execution = arguments.number("execution")) {
    (void)value_of(store.management.get_execution_info(instance, *execution));
    reader.begin_at(*execution);
  }
  std::optional<OrchestrationStatus> status = reader.read();
  while (changes && status && !status->is_terminal()) {
    status = changes->wait(sink) ? reader.read() : std::nullopt;
  }
  json result{{"instance_id", instance}, {"live", store.live}, {"deleted", !status}};
  result["ended"] = !status || status->is_terminal();
  result["status"] = status ? json_of(*status) : json();
  return result;
}

}  // namespace

std::vector<Command> following_commands() {
  return {{.name = "tail",
           .help = "Follow an instance: its events so far, and then each as it is committed, until "
                   "the instance ends",
           .examples = {"duroxide --store orders tail order-7"},
           .details =
               "With --json each event is a line, and the end is one more, with\n"
               "  \"deleted\": true  if the instance was deleted meanwhile\n"
               "  \"ended\": false   if it still runs, and was not followed: no engine answers",
           .arguments = {its_id, execution_argument("begin with this one; default: the current "
                                                    "one")},
           .follows = true,
           .run = tail}};
}

}  // namespace duroxide::gateway
