#pragma once

// Short words for tests of updates and queries.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/world.hpp"

namespace duroxide::conformance {

using Updated = provider::Answer<std::optional<provider::UpdateAnswer>>;

inline provider::AskUpdate update(const std::string& instance, const std::string& id,
                                  std::uint64_t wait_id) {
  return provider::AskUpdate{{instance, id, "Add", "in of " + id}, wait_id};
}

/// An ack that answers an update, and records it.
inline provider::AckOrchestrationItem answer_of(const provider::OrchestrationItem& item,
                                                const std::string& id, const std::string& output) {
  Event received;
  received.kind = event::UpdateReceived{id, "Add", "in of " + id};
  Event answered;
  answered.kind = event::UpdateAnswered{id, output};
  std::vector<Event> events{received, answered};
  if (item.history_size == 0) {
    events.insert(events.begin(), started_event());
  }
  auto ack = ack_of(item, std::move(events));
  ack.updates = {provider::UpdateAnswer{id, output}};
  return ack;
}

/// A query that has arrived.
inline Pending<Updated> query(World& world, const std::string& instance, const std::string& id,
                              std::uint64_t wait_id) {
  auto pending =
      world.client->ask<Updated>(provider::AskQuery{instance, {id, "Total", "in"}, wait_id});
  world.run();
  return pending;
}

/// An ack that answers all queries.
inline provider::AckOrchestrationItem told_of(const provider::OrchestrationItem& item,
                                              const std::string& output) {
  auto ack = ack_of(item);
  if (item.messages.empty()) {
    ack.events.clear();  // it was only asked
  }
  for (const provider::Question& question : item.questions) {
    ack.updates.push_back(provider::UpdateAnswer{question.id, output});
  }
  return ack;
}

}  // namespace duroxide::conformance
