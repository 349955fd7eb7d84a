#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/world.hpp"

namespace duroxide::conformance {

// Short words for tests of key-value state and custom status.

using Status = provider::Answer<OrchestrationStatus>;
using Value = provider::Answer<std::optional<StoredValue>>;
using Values = provider::Answer<std::vector<StoredValue>>;

inline StoredValue entry(const std::string& key, const std::string& text, std::uint64_t version) {
  return {key, text, from_milliseconds(1000 + static_cast<std::int64_t>(version)), version};
}
inline provider::ValueChange set(const std::string& key, const std::string& text,
                                 std::uint64_t version) {
  return {key, entry(key, text, version)};
}
inline provider::ValueChange cleared(const std::string& key) {
  return {key, std::nullopt};
}

/// An ack of `item` with these changes.
inline provider::AckOrchestrationItem change_of(const provider::OrchestrationItem& item,
                                                std::vector<provider::ValueChange> changes) {
  auto ack = ack_of(item);
  ack.values = std::move(changes);
  return ack;
}
inline provider::AckOrchestrationItem status_of(const provider::OrchestrationItem& item,
                                                std::optional<std::string> status,
                                                std::uint64_t version) {
  auto ack = ack_of(item);
  ack.custom_status = provider::CustomStatusChange{std::move(status), version};
  return ack;
}

/// The next turn of `id`, which is sent something to do.
inline provider::OrchestrationItem turn_of(World& world, const std::string& id) {
  world.raise(id, "Go");
  return world.fetch_one();
}

inline std::optional<StoredValue> value_of(World& world, const std::string& id,
                                           const std::string& key) {
  return world.ask<Value>(*world.client, provider::GetValue{id, key}).value();
}
inline std::vector<StoredValue> values_of(World& world, const std::string& id) {
  return world.ask<Values>(*world.client, provider::GetValues{id}).value();
}

}  // namespace duroxide::conformance
