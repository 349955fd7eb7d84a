#pragma once

// What every opening of a store looks at before anything else: the format, and the other entries of
// the table `meta`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// The number of the format that this release writes, and the newest it reads.
/// 1: without a journal. 2: what was cancelled is indexed as failed, instances have no incarnation,
/// failed ones keep no messages, and values have no checksum over key and value in front. 3: with a
/// journal instead of a log. 4: errors have no data, and no history has a side effect or something that
/// was sent to another instance. 5: nobody asks an instance for an update, no instance has a time by which
/// it must have ended, and no record has gone through a codec. 6: no event has a key, no
/// instance has headers, no child outlives its parent, and nobody waits for the end of an instance. 7: a
/// payload stands in a record, and in a commit of the log, as often as it is used there.
inline constexpr std::uint64_t store_format = 8;

/// What stands under `format` in the meta table: the magic, then the number.
inline constexpr std::string_view format_magic = "duroxide";

namespace meta_keys {
inline constexpr std::string_view format = "format";
inline constexpr std::string_view openings = "session";  ///< how often it was opened
inline constexpr std::string_view next_instance = "next_instance";
/// Where the log goes on behind the tables, see `LogAnchor`. Of the tables alone: a copy has none.
inline constexpr std::string_view log = "log";
inline constexpr std::string_view open = "open";  ///< there while the store is open
/// While a store of an earlier format is taken over: the first instance that was not looked at yet.
inline constexpr std::string_view upgrade = "upgrade";
/// The name of the codec of the payloads; none if there was never one.
inline constexpr std::string_view codec = "codec";
/// The key of digests, encoded by that codec: who can decode it has the key.
inline constexpr std::string_view codec_key = "codec_key";
}  // namespace meta_keys

/// What whoever writes this release's format over that of an earlier one must leave under
/// `meta_keys::upgrade` in the same commit, so that the upgrade knows of it; none if nothing needs to
/// be done.
[[nodiscard]] std::optional<std::string> upgrade_mark(std::string_view format);

/// The first instance that the upgrade has not looked at; none if there is nothing to upgrade. Throws
/// `StorageFailure` if what says so is unreadable.
[[nodiscard]] std::optional<Number> first_to_upgrade(const ReadView& view);

}  // namespace duroxide::storage
