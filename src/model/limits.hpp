#pragma once

// What ids, names and payloads may be. Checked where they enter: in the client, in the context and,
// as the last guard, in the provider.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/headers.hpp>

#include "model/flaw.hpp"

namespace duroxide::model {

/// LMDB keys end at 511 bytes; ids stand in keys beside numbers.
inline constexpr std::size_t max_instance_id_bytes = 255;
inline constexpr std::size_t max_name_bytes = 255;
inline constexpr std::size_t max_payload_bytes = std::size_t{64} << 20;
inline constexpr std::size_t max_instance_tags = 16;
inline constexpr std::size_t max_heartbeat_bytes = std::size_t{64} << 10;

// The flaw is a sentence that names the value (`what` says which argument it is) and the rule it
// breaks.

[[nodiscard]] Checked check_instance_id(std::string_view id);
/// Names of orchestrations, activities, events, queues, updates, tags, sessions and patches.
[[nodiscard]] Checked check_name(std::string_view what, std::string_view name);
/// The tags that an instance is started with.
[[nodiscard]] Checked check_tags(const std::vector<std::string>& tags);
[[nodiscard]] Checked check_headers(const Headers& headers);
/// What tells one update from others, and which handler it is for.
[[nodiscard]] Checked check_update(std::string_view id, std::string_view name);
/// The key under which an event, or a message for a queue, is sent once.
[[nodiscard]] Checked check_message_key(std::string_view key);
/// Keys of an instance's key-value state.
[[nodiscard]] Checked check_key(std::string_view key);
[[nodiscard]] Checked check_payload(std::string_view what, std::string_view payload);
/// What a heartbeat says.
[[nodiscard]] Checked check_heartbeat(std::string_view progress);
/// `major.minor.patch`, each a number.
[[nodiscard]] Checked check_version(std::string_view version);

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace duroxide::model
