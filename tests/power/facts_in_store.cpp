// What a store says, as facts of it, and whether it still says so.

#include <algorithm>
#include <string_view>

#include <duroxide/duroxide.hpp>

#include "model/encoding.hpp"
#include "power/facts.hpp"
#include "property/random.hpp"

namespace duroxide::power {

namespace {

using Missing = std::vector<std::string>;

std::uint64_t digest_of(std::vector<Event> events, std::size_t count) {
  events.resize(std::min(count, events.size()));
  return property::hash_of(model::encode_events(events));
}

/// Data of the messages in a history.
void add_messages(const std::vector<Event>& history, std::vector<std::string>& data) {
  for (const Event& event : history) {
    if (const auto* raised = std::get_if<event::ExternalEvent>(&event.kind)) {
      data.push_back(raised->data);
    } else if (const auto* taken = std::get_if<event::QueueEventDelivered>(&event.kind)) {
      data.push_back(taken->data);
    }
  }
}

/// Looks at one instance.
class Look {
 public:
  Look(const Store& store, const std::string& id, const KnownInstance& known, Missing& missing)
      : client_(store), management_(store), id_(id), known_(known), missing_(missing) {}

  void at_all() {
    const auto status = client_.get_orchestration_status(id_);
    if (!status) {
      complain("has no status: " + status.error().message);
    } else if (known_.presence == KnownInstance::Presence::absent) {
      require(status->is_not_found(), "was deleted, and is there");
    } else if (known_.presence == KnownInstance::Presence::present) {
      require(!status->is_not_found(), "is not there");
      if (!status->is_not_found()) {
        at_status(*status);
        at_info();
        at_executions();
        at_values();
      }
    }
  }

 private:
  void complain(const std::string& what) { missing_.push_back("`" + id_ + "` " + what); }
  void require(bool holds, const std::string& otherwise) {
    if (!holds) {
      complain(otherwise);
    }
  }

  void at_status(const OrchestrationStatus& status) {
    const std::string text = status.to_string();
    require(!known_.status || *known_.status == text,
            "had ended as " + known_.status.value_or("") + ", and is " + text);
    require(status.custom_status_version() >= known_.custom_status_version,
            "has lost a custom status");
    if (known_.rewound) {
      require(!status.is_failed(), "was rewound, and has failed: " + text);
    }
  }

  void at_info() {
    const auto info = management_.get_instance_info(id_);
    if (!info) {
      complain("has no details: " + info.error().message);
      return;
    }
    require(info->orchestration_name == known_.orchestration,
            "is of " + info->orchestration_name + ", and was of " + known_.orchestration);
    require(known_.tags.empty() || info->tags == known_.tags, "has lost its tags");
  }

  void at_executions() {
    const auto executions = management_.list_executions(id_);
    std::vector<std::string> data;
    std::map<std::uint64_t, std::vector<Event>> histories;
    if (!executions) {
      complain("has no executions: " + executions.error().message);
      return;
    }
    for (const std::uint64_t execution : *executions) {
      require(execution >= known_.pruned_before,
              "has execution " + std::to_string(execution) + ", which was pruned");
      auto history = management_.read_execution_history(id_, execution);
      if (history) {
        add_messages(*history, data);
        histories.emplace(execution, std::move(*history));
      }
    }
    at_histories(histories);
    at_messages(histories, std::move(data));
  }

  void at_histories(const std::map<std::uint64_t, std::vector<Event>>& histories) {
    const auto history_of = [&](std::uint64_t execution) {
      const auto found = histories.find(execution);
      return found == histories.end() ? std::vector<Event>() : found->second;
    };
    for (const auto& [execution, seen] : known_.histories) {
      const auto events = history_of(execution);
      const std::string which = "execution " + std::to_string(execution);
      require(events.size() >= seen.first, "had " + std::to_string(seen.first) + " events in " +
                                               which + ", and has " +
                                               std::to_string(events.size()));
      require(events.size() < seen.first || digest_of(events, seen.first) == seen.second,
              "has other events than were seen in " + which);
    }
    for (const auto& [execution, event] : known_.begun) {
      const auto events = history_of(execution);
      require(event <= events.size() &&
                  std::holds_alternative<event::ActivityScheduled>(events.at(event - 1).kind),
              "does not know of the activity that it has begun as event " + std::to_string(event) +
                  " of execution " + std::to_string(execution));
    }
  }

  void at_messages(const std::map<std::uint64_t, std::vector<Event>>& histories,
                   std::vector<std::string> data) {
    const auto waiting = management_.list_messages(id_);
    bool cancel_waits = false;
    for (const InstanceMessage& message : waiting.value_or(std::vector<InstanceMessage>())) {
      data.push_back(message.data);
      cancel_waits = cancel_waits || message.kind.find("Cancel") != std::string::npos;
    }
    for (const std::string& sent : known_.messages) {
      require(std::find(data.begin(), data.end(), sent) != data.end(),
              "has lost the message " + sent);
    }
    if (known_.cancel_asked && !cancel_waits) {
      bool is_recorded = false;
      for (const auto& [execution, history] : histories) {
        for (const Event& event : history) {
          is_recorded = is_recorded ||
                        std::holds_alternative<event::OrchestrationCancelRequested>(event.kind);
        }
      }
      require(is_recorded, "was asked to stop, and does not know");
    }
  }

  void at_values() {
    for (const auto& [key, version] : known_.values) {
      const auto value = client_.get_value(id_, key);
      require(value && *value && (*value)->version >= version, "has lost the value of " + key);
    }
  }

  Client client_;
  ManagementClient management_;
  const std::string& id_;
  const KnownInstance& known_;
  Missing& missing_;
};

}  // namespace

std::vector<std::string> Facts::missing(const Store& store) const {
  Missing missing;
  for (const auto& [id, known] : instances_) {
    Look(store, id, known, missing).at_all();
  }
  std::set<std::string> paused;
  const auto listed = ManagementClient(store).list_paused();
  if (!listed) {
    missing.push_back("what is paused cannot be read: " + listed.error().message);
    return missing;
  }
  for (const PausedItem& item : *listed) {
    paused.insert(std::string(to_string(item.scope.kind)) + ":" + item.scope.name);
  }
  for (const auto& [scope, is] : paused_) {
    if ((paused.count(scope) > 0) != is) {
      missing.push_back(scope + (is ? " was paused, and is not" : " was resumed, and is paused"));
    }
  }
  return missing;
}

namespace fact {

void seen(const Store& store, const std::string& instance) {
  const Client client(store);
  const ManagementClient management(store);
  const auto status = client.get_orchestration_status(instance).value();
  if (status.is_terminal()) {
    ended(instance, status.to_string());
  }
  custom_status(instance, status.custom_status_version());
  const auto values = client.get_all_values(instance).value();
  for (const StoredValue& stored : values) {
    value(instance, stored.key, stored.version);
  }
  const auto executions = management.list_executions(instance).value();
  for (const std::uint64_t execution : executions) {
    const auto events = management.read_execution_history(instance, execution).value();
    history(instance, execution, events.size(), digest_of(events, events.size()));
  }
}

}  // namespace fact

}  // namespace duroxide::power
