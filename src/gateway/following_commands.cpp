// `tail`: an instance's events as they are committed.

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "gateway/event_json.hpp"
#include "gateway/json_types.hpp"
#include "gateway/wakeup.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

CommandError interrupted() {
  return {CommandError::Kind::interrupted, "the tail was interrupted"};
}

/// Waits for changes, and for the end of the reader beside them.
class Changes {
 public:
  explicit Changes(ChangeSubscription subscription) : subscription_(std::move(subscription)) {}

  static ChangeFilter filter_of(const std::string& instance) {
    ChangeFilter filter;
    filter.instance = instance;
    filter.turns = true;
    return filter;
  }

  /// Waits for the next ones; false if the instance was deleted.
  [[nodiscard]] Result<bool, CommandError> wait(Sink& sink) {
    const auto arrival = std::make_shared<Arrival>();
    subscription_.next([arrival](Result<ChangeBatch, ClientError> batch) {
      const std::lock_guard lock(arrival->mutex);
      arrival->batch = std::move(batch);
      arrival->wakeup.raise();
    });
    if (!sink.wait_until_readable(arrival->wakeup.file())) {
      return failure(interrupted());
    }
    const std::lock_guard lock(arrival->mutex);
    const auto& batch = *arrival->batch;
    if (!batch) {
      return failure(CommandError(batch.error()));
    }
    return std::none_of(
        batch->changes.begin(), batch->changes.end(),
        [](const StatusChange& change) { return change.kind == ChangeKind::deleted; });
  }

 private:
  struct Arrival {
    Wakeup wakeup;
    std::mutex mutex;
    std::optional<Result<ChangeBatch, ClientError>> batch;
  };

  ChangeSubscription subscription_;
};

/// Hands on the events of an instance, each once.
class EventReader {
 public:
  /// Its status, or none if it was deleted since the first look.
  using Status = std::optional<OrchestrationStatus>;

  EventReader(const StoreInUse& store, std::string instance, Sink& sink)
      : store_(store), instance_(std::move(instance)), sink_(sink) {}

  /// Begins here instead of at the current execution.
  void begin_at(std::uint64_t execution) { execution_ = execution; }

  /// Those that are new up to where the instance stands.
  Result<Status, CommandError> read() {
    const auto info = store_.management.get_instance_info(instance_);
    if (!info && execution_ != 0 && info.error().kind == ClientError::Kind::instance_not_found) {
      return Status();
    }
    if (!info) {
      return failure(CommandError(info.error()));
    }
    if (execution_ == 0) {
      execution_ = info->current_execution_id;
    }
    while (true) {
      if (auto read = read_execution(); !read) {
        return failure(std::move(read).error());
      }
      if (execution_ >= info->current_execution_id) {
        return Status(info->status);
      }
      ++execution_;
      seen_ = 0;
    }
  }

 private:
  Result<void, CommandError> read_execution() {
    const auto events = store_.management.read_execution_history(instance_, execution_);
    if (!events && (events.error().kind == ClientError::Kind::execution_not_found ||
                    events.error().kind == ClientError::Kind::instance_not_found)) {
      return {};  // pruned, deleted, or not begun
    }
    if (!events) {
      return failure(CommandError(events.error()));
    }
    for (const Event& event : *events) {
      if (event.event_id <= seen_) {
        continue;
      }
      json item = json_of_event(event);
      item["execution_id"] = execution_;
      if (!sink_.item(item)) {
        return failure(interrupted());
      }
      seen_ = event.event_id;
    }
    return {};
  }

  const StoreInUse& store_;
  std::string instance_;
  Sink& sink_;
  std::uint64_t execution_ = 0;  ///< 0: not known yet
  std::uint64_t seen_ = 0;       ///< the last event of it that was handed on
};

/// Reads until the instance has ended, if there are changes to wait for; gives its last status.
Result<EventReader::Status, CommandError> read_to_end(EventReader& reader,
                                                      std::optional<Changes>& changes, Sink& sink) {
  while (true) {
    auto status = reader.read();
    if (!status || !*status || !changes || (*status)->is_terminal()) {
      return status;
    }
    const auto is_there = changes->wait(sink);
    if (!is_there) {
      return failure(is_there.error());
    }
    if (!*is_there) {
      return EventReader::Status();
    }
  }
}

CommandResult tail(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const std::string instance = arguments.text("instance");
  // Before the first look, so that nothing falls between the two.
  std::optional<Changes> changes;
  if (store.live) {
    auto subscription = store.management.subscribe(Changes::filter_of(instance));
    if (!subscription) {
      return failure(CommandError(std::move(subscription).error()));
    }
    changes.emplace(std::move(*subscription));
  }
  EventReader reader(store, instance, sink);
  if (const auto execution = arguments.number("execution")) {
    if (const auto found = store.management.get_execution_info(instance, *execution); !found) {
      return failure(CommandError(found.error()));
    }
    reader.begin_at(*execution);
  }
  const auto status = read_to_end(reader, changes, sink);
  if (!status) {
    return failure(status.error());
  }
  const bool deleted = !*status;
  return json{{"instance_id", instance},
              {"live", store.live},
              {"deleted", deleted},
              {"ended", deleted || (*status)->is_terminal()},
              {"status", deleted ? json() : json_of(**status)}};
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
