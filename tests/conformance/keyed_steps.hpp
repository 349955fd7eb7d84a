#pragma once

// Short words for tests of events and messages with keys.

#include <string>
#include <vector>

#include "conformance/world.hpp"

namespace duroxide::conformance {

/// An event for `a` with a key.
inline provider::EnqueueOrchestratorWork keyed(const std::string& key,
                                               const std::string& data = "450",
                                               const std::string& name = "Paid") {
  provider::EnqueueOrchestratorWork request;
  request.item = raise_item("a", name, data);
  request.key = key;
  return request;
}

/// A message for a queue of `a` with a key.
inline provider::EnqueueOrchestratorWork keyed_message(const std::string& key,
                                                       const std::string& data = "450",
                                                       const std::string& queue = "Paid") {
  provider::EnqueueOrchestratorWork request;
  request.item = work::QueueMessage{"a", queue, data};
  request.key = key;
  return request;
}

inline Done send_keyed(World& world, const provider::EnqueueOrchestratorWork& request) {
  return world.ask<Done>(*world.client, request);
}

/// The messages that the next turn of `a` gets.
inline std::vector<WorkItem> next_messages(World& world) {
  const auto item = world.fetch_one();
  world.ack(ack_of(item)).value();
  return item.messages;
}

inline void begin_a(World& world) {
  world.start("a");
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
}

}  // namespace duroxide::conformance
