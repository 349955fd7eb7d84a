// `tail`: an instance's events as they are committed, or what happens in the whole store.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/alarm_clock.hpp"
#include "gateway/change_waiter.hpp"
#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "gateway/event_json.hpp"
#include "gateway/filter_arguments.hpp"
#include "gateway/json_types.hpp"
#include "gateway/store_tail.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

ChangeFilter turns_of(const std::string& instance) {
  ChangeFilter filter;
  filter.instance = instance;
  filter.turns = true;
  return filter;
}

/// So often an instance is looked at where the store tells of no changes.
constexpr Milliseconds between_looks{500};

/// Says when an instance is worth another look: after each of its changes, or where the store tells of none
/// after a while.
class NextLook {
 public:
  static Result<NextLook, CommandError> of(const ManagementClient& management,
                                           const std::string& instance) {
    auto subscription = management.subscribe(turns_of(instance));
    if (subscription) {
      return NextLook(std::move(*subscription));
    }
    if (subscription.error().kind == ClientError::Kind::management_not_available) {
      return NextLook(std::nullopt);
    }
    return failure(CommandError(std::move(subscription).error()));
  }

  /// Waits for it; false if the instance is known to have been deleted.
  Result<bool, CommandError> wait(Sink& sink) {
    if (!changes_) {
      const AlarmClock alarm(between_looks);
      return sink.wait_until_readable(alarm.file()) ? Result<bool, CommandError>(true)
                                                    : failure(tail_interrupted());
    }
    const auto batch = changes_->wait(sink);
    if (!batch) {
      return failure(batch.error());
    }
    return std::none_of(
        batch->changes.begin(), batch->changes.end(),
        [](const StatusChange& change) { return change.kind == ChangeKind::deleted; });
  }

 private:
  explicit NextLook(std::optional<ChangeSubscription> subscription) {
    if (subscription) {
      changes_.emplace(std::move(*subscription));
    }
  }

  std::optional<ChangeWaiter> changes_;
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
        return failure(tail_interrupted());
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

/// Reads until the instance has ended, if it may change at all; gives its last status.
Result<EventReader::Status, CommandError> read_to_end(EventReader& reader,
                                                      std::optional<NextLook>& next, Sink& sink) {
  while (true) {
    auto status = reader.read();
    if (!status || !*status || !next || (*status)->is_terminal()) {
      return status;
    }
    const auto is_there = next->wait(sink);
    if (!is_there) {
      return failure(is_there.error());
    }
    if (!*is_there) {
      return EventReader::Status();
    }
  }
}

CommandResult tail_instance(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const std::string instance = arguments.text("instance");
  // Before the first look, so that nothing falls between the two.
  std::optional<NextLook> next;
  if (store.live) {
    auto begun = NextLook::of(store.management, instance);
    if (!begun) {
      return failure(std::move(begun).error());
    }
    next = std::move(*begun);
  }
  EventReader reader(store, instance, sink);
  if (const auto execution = arguments.number("execution")) {
    if (const auto found = store.management.get_execution_info(instance, *execution); !found) {
      return failure(CommandError(found.error()));
    }
    reader.begin_at(*execution);
  }
  const auto status = read_to_end(reader, next, sink);
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

CommandResult tail(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  return arguments.has("instance") ? tail_instance(store, arguments, sink)
                                   : tail_store(store, arguments, sink);
}

Result<void, CommandError> check_tail(const Arguments& arguments) {
  if (!arguments.has("instance") && arguments.has("execution")) {
    return failure(usage_error("an execution is one of an instance; name that"));
  }
  if (arguments.has("instance") && restricts_store_tail(arguments)) {
    return failure(
        usage_error("an instance is followed by itself; a filter is for the whole store"));
  }
  return {};
}

}  // namespace

std::vector<Command> following_commands() {
  return {
      {.name = "tail",
       .help = "Follow an instance, its events so far and then each as it is committed, until it "
               "ends; or the whole store, what happens from now on",
       .examples = {"duroxide --store orders tail order-7", "duroxide --store orders tail",
                    "duroxide --store orders --json tail --name Order --status failed,cancelled"},
       .details =
           "Of an instance, with --json each event is a line, and the end is one more, with\n"
           "  \"deleted\": true  if the instance was deleted meanwhile\n"
           "  \"ended\": false   if it still runs, and was not followed: no engine answers\n"
           "\n"
           "Of the store, starts, ends, failures, custom statuses, restores and deletions are "
           "told,\n"
           "a line each, until Ctrl-C, or the end of the engine, which is an error. Why something\n"
           "has failed, and what a custom status says, is looked up when the line is made, so it\n"
           "may be newer than the line. With --json the first line is {\"kind\":\"following\"}, "
           "and\n"
           "{\"kind\":\"missed\",\"count\":N} stands where a slow reader has lost some.",
       .arguments = joined({{.name = "instance",
                             .type = ArgumentType::instance,
                             .option = "instance",
                             .help = "its id; left out for the whole store"},
                            execution_argument("of an instance: begin with this one; default: "
                                               "the current one")},
                           store_tail_arguments()),
       .follows = true,
       .check = check_tail,
       .run = tail}};
}

}  // namespace duroxide::gateway
