#include "gateway/store_tail.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/client_errors.hpp"
#include "gateway/change_waiter.hpp"
#include "gateway/filter_arguments.hpp"
#include "gateway/json_text.hpp"
#include "gateway/json_types.hpp"
#include "gateway/time_text.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

constexpr std::array<std::string_view, 4> told_statuses{"running", "completed", "failed",
                                                        "cancelled"};

/// The status of an instance to which this has happened; empty if it is there no more.
std::string_view status_after(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::completed:
      return "completed";
    case ChangeKind::failed:
      return "failed";
    case ChangeKind::cancelled:
      return "cancelled";
    case ChangeKind::deleted:
      return "";
    case ChangeKind::started:
    case ChangeKind::continued_as_new:
    case ChangeKind::custom_status:
    case ChangeKind::progressed:
    case ChangeKind::restored:
      break;
  }
  return "running";
}

/// Which changes are wanted, beyond what the subscription knows of them.
class WantedChanges {
 public:
  WantedChanges(const ManagementClient& management, const Arguments& arguments)
      : management_(management),
        statuses_(arguments.texts("status")),
        id_prefix_(arguments.text("id_prefix")),
        tags_(arguments.texts("tags")) {}

  [[nodiscard]] Result<bool, CommandError> wants(const StatusChange& change) {
    // Of every change, wanted or not: the next one with this id may be of another instance.
    const std::optional<bool> known = take_known(change);
    if (!change.instance_id.starts_with(id_prefix_)) {
      return false;
    }
    if (!statuses_.empty() && std::find(statuses_.begin(), statuses_.end(),
                                        status_after(change.kind)) == statuses_.end()) {
      return false;
    }
    return tags_.empty() ? Result<bool, CommandError>(true)
           : known       ? Result<bool, CommandError>(*known)
                         : has_tags(change);
  }

  /// Changes were missed, and with them that an id was given to another instance.
  void forget() { known_.clear(); }

 private:
  /// Whether the instance has the tags, as far as that was asked for. An instance keeps the tags of its
  /// start; an id that is given anew, or up, does not.
  std::optional<bool> take_known(const StatusChange& change) {
    const auto found = known_.find(change.instance_id);
    if (found == known_.end()) {
      return std::nullopt;
    }
    const bool has = found->second;
    if (change.kind == ChangeKind::started || change.kind == ChangeKind::restored) {
      known_.erase(found);
      return std::nullopt;
    }
    if (change.kind == ChangeKind::deleted) {
      known_.erase(found);
    }
    return has;
  }

  /// Asks. One that was deleted before anybody asked has no tags, and one whose record cannot be read may
  /// have them: it is told rather than kept back.
  Result<bool, CommandError> has_tags(const StatusChange& change) {
    constexpr std::size_t most_known = 10'000;
    const auto info = management_.get_instance_info(change.instance_id);
    if (!info && client::is_damage(info.error())) {
      return true;
    }
    if (!info && info.error().kind != ClientError::Kind::instance_not_found) {
      return failure(CommandError(info.error()));
    }
    const bool has =
        info && std::all_of(tags_.begin(), tags_.end(), [&](const auto& tag) {
          return std::find(info->tags.begin(), info->tags.end(), tag) != info->tags.end();
        });
    if (change.kind != ChangeKind::deleted) {
      if (known_.size() == most_known) {
        known_.clear();
      }
      known_.emplace(change.instance_id, has);
    }
    return has;
  }

  const ManagementClient& management_;
  std::vector<std::string> statuses_;
  std::string id_prefix_;
  std::vector<std::string> tags_;
  std::map<std::string, bool> known_;
};

/// Adds what the instance says now, if that may be what it said then.
void add_words(const ManagementClient& management, const StatusChange& change, json& item) {
  const bool failed = change.kind == ChangeKind::failed || change.kind == ChangeKind::cancelled;
  if (!failed && change.kind != ChangeKind::custom_status) {
    return;
  }
  const auto info = management.get_instance_info(change.instance_id);
  if (!info) {
    return;  // it has gone
  }
  if (failed && info->status.is_failed()) {
    item["error"] = json_of(*info->status.error());
  }
  if (change.kind == ChangeKind::custom_status && info->status.custom_status()) {
    item["custom_status"] = json_of_text(*info->status.custom_status());
  }
}

json item_of(const ManagementClient& management, const StatusChange& change) {
  json item{{"kind", to_string(change.kind)},
            {"instance_id", change.instance_id},
            {"orchestration_name", change.orchestration_name},
            {"execution_id", change.execution_id},
            {"event_count", change.event_count},
            {"at", time_text(change.at)}};
  add_words(management, change, item);
  return item;
}

/// Hands on those that are wanted.
Result<void, CommandError> tell(const ManagementClient& management, const ChangeBatch& batch,
                                WantedChanges& wanted, Sink& sink) {
  if (batch.missed > 0 && !sink.item({{"kind", "missed"}, {"count", batch.missed}})) {
    return failure(tail_interrupted());
  }
  if (batch.missed > 0) {
    wanted.forget();
  }
  for (const StatusChange& change : batch.changes) {
    const auto wants = wanted.wants(change);
    if (!wants) {
      return failure(wants.error());
    }
    if (*wants && !sink.item(item_of(management, change))) {
      return failure(tail_interrupted());
    }
  }
  return {};
}

}  // namespace

std::vector<Argument> store_tail_arguments() {
  return {{.name = "status",
           .type = Type::choice,
           .option = "-s,--status",
           .help = "of the store: only what has led to this one: running, completed, failed or "
                   "cancelled; several are separated by commas",
           .repeats = true,
           .choices = told_statuses},
          {.name = "name",
           .type = Type::orchestration,
           .option = "-n,--name",
           .help = "of the store: orchestrations of this name"},
          {.name = "id_prefix",
           .type = Type::instance,
           .option = "--prefix",
           .help = "of the store: ids that begin so"},
          {.name = "tags",
           .option = "--tag",
           .help = "of the store: started with this tag; all of them if given several times",
           .repeats = true},
          {.name = "turns",
           .type = Type::flag,
           .option = "--turns",
           .help = "of the store: also each turn that only went on"}};
}

bool restricts_store_tail(const Arguments& arguments) {
  return any_given(arguments, store_tail_arguments());
}

CommandResult tail_store(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  constexpr std::uint32_t most_waiting = 10'000;
  if (!store.live) {
    return failure(CommandError(CommandError::Kind::failed,
                                "no engine answers on this store, so nothing happens in it; start "
                                "one, or name an instance to see its events so far"));
  }
  ChangeFilter filter;
  filter.orchestration_name = arguments.optional_text("name");
  filter.turns = arguments.flag("turns");
  auto subscription = store.management.subscribe(filter, most_waiting);
  if (!subscription) {
    return failure(CommandError(std::move(subscription).error()));
  }
  ChangeWaiter changes(std::move(*subscription));
  WantedChanges wanted(store.management, arguments);
  if (!sink.item({{"kind", "following"}, {"at", time_text(store.clock->now())}})) {
    return failure(tail_interrupted());
  }
  while (true) {
    const auto batch = changes.wait(sink);
    if (!batch) {
      return failure(batch.error());
    }
    if (auto told = tell(store.management, *batch, wanted, sink); !told) {
      return failure(std::move(told).error());
    }
  }
}

}  // namespace duroxide::gateway
