#include "postgres/ack_checks.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "model/kinds.hpp"
#include "model/limits.hpp"
#include "postgres/refusal.hpp"
#include "postgres/start_calls.hpp"

namespace duroxide::postgres {

namespace {

void check_events(const provider::AckOrchestrationItem& ack, const TurnLease& lease) {
  auto expected = lease.event_count;
  for (const Event& event : ack.events) {
    if (event.event_id != ++expected) {
      refuse_input("event id " + std::to_string(event.event_id) + " does not follow: " +
                   std::to_string(expected) + " is the next of this history");
    }
  }
}

void check_steps(const provider::AckOrchestrationItem& ack, const TurnLease& lease) {
  for (const auto& activity : ack.worker_items) {
    if (activity.instance != lease.instance || activity.execution_id != lease.execution) {
      refuse_input("an activity belongs to another instance or execution");
    }
  }
  for (const auto& timer : ack.timers) {
    if (timer.instance != lease.instance || timer.execution_id != lease.execution) {
      refuse_input("a timer belongs to another instance or execution");
    }
  }
  for (const auto place : ack.untaken) {
    if (place >= lease.places.size()) {
      refuse_input("the turn had " + std::to_string(lease.places.size()) +
                   " messages, and message " + std::to_string(place) + " is said not to be taken");
    }
  }
}

void check_message(const WorkItem& item, const TurnLease& lease) {
  if (const ParentLink* reader = model::reader_of(item)) {
    if (reader->instance != lease.instance || reader->execution_id != lease.execution) {
      refuse_input("the reader is another instance or execution");
    }
    require(model::check_instance_id(target_instance(item)));
    if (const auto* read = std::get_if<work::ReadKeyValue>(&item)) {
      require(model::check_key(read->key));
    }
    return;
  }
  if (const auto* start = std::get_if<work::StartOrchestration>(&item)) {
    check_start(*start);
    return;
  }
  if (const auto* next = std::get_if<work::ContinueAsNew>(&item)) {
    if (next->instance != lease.instance || next->execution_id != lease.execution + 1) {
      refuse_input("the continue-as-new is for another instance or execution");
    }
    return;
  }
  require(model::check_instance_id(target_instance(item)));
  require(model::check_sender(item));
  require(model::check_message(item));
}

void check_messages(const provider::AckOrchestrationItem& ack, const TurnLease& lease) {
  const auto continues = std::count_if(
      ack.orchestrator_items.begin(), ack.orchestrator_items.end(),
      [](const WorkItem& item) { return std::holds_alternative<work::ContinueAsNew>(item); });
  if (continues != (ack.metadata.status == ExecutionStatus::continued_as_new ? 1 : 0)) {
    refuse_input("an execution that continues as new needs exactly one message that says so");
  }
  for (const WorkItem& item : ack.orchestrator_items) {
    check_message(item, lease);
  }
}

void check_values(const provider::AckOrchestrationItem& ack) {
  std::set<std::string_view> keys;
  for (const auto& [key, value] : ack.values) {
    require(model::check_key(key));
    if (!keys.insert(key).second) {
      refuse_input("the key `" + key + "` is changed twice; send the last change only");
    }
    if (value) {
      require(model::check_payload("value of key `" + key + "`", value->value));
      if (value->key != key) {
        refuse_input("the change of key `" + key + "` has a value of key `" + value->key + "`");
      }
    }
  }
  if (ack.custom_status) {
    require(
        model::check_payload("custom status", ack.custom_status->status.value_or(std::string())));
  }
}

}  // namespace

void check_ack(const provider::AckOrchestrationItem& ack, const TurnLease& lease) {
  if (ack.execution_id != lease.execution) {
    refuse_input("the turn was for execution " + std::to_string(lease.execution) +
                 ", its ack is for execution " + std::to_string(ack.execution_id));
  }
  check_events(ack, lease);
  check_steps(ack, lease);
  check_messages(ack, lease);
  check_values(ack);
}

void check_completion(const WorkItem& completion) {
  const auto* completed = std::get_if<work::ActivityCompleted>(&completion);
  if (completed == nullptr && !std::holds_alternative<work::ActivityFailed>(completion)) {
    refuse_input("an activity completes or fails, nothing else");
  }
  if (completed != nullptr) {
    require(model::check_payload("result", completed->result));
  }
}

}  // namespace duroxide::postgres
