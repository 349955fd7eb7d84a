#pragma once

// A store whose records go through a codec of the user's on their way to the disk and back.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include <duroxide/payload_codec.hpp>

#include "model/keyed_digest.hpp"
#include "storage/kv.hpp"

namespace duroxide::storage {

/// The store as seen through the codec: who reads gets plain values, who commits writes encoded ones.
/// What was written without a codec stays readable.
[[nodiscard]] std::shared_ptr<KvStore> make_coded(std::shared_ptr<KvStore> store,
                                                  std::shared_ptr<const PayloadCodec> codec);

/// Looks whether a store may be opened with this codec, or with none if it is null, and gives the key of
/// its digests; none if it has never had a codec. Throws `StorageFailure`, `permission_denied`, if the
/// store has a codec and this is another, or none, or has not the key.
[[nodiscard]] std::optional<model::DigestKey> require_codec(const ReadView& view,
                                                            const PayloadCodec* codec);

/// Looks at a codec before a store is changed for it: its name, how much it adds, and whether it decodes
/// what it has encoded. Throws `StorageFailure`, `invalid_input` or `storage`.
void check_codec(const PayloadCodec& codec);

/// Notes in the store, in a commit of its own, that it has this codec, unless it stands there under the
/// key with which the codec encodes today. To be done before the first record is encoded. `known`: what
/// `require_codec` gave. Returns the key of the digests.
[[nodiscard]] model::DigestKey note_codec(KvStore& store, const PayloadCodec& codec,
                                          const std::optional<model::DigestKey>& known);

}  // namespace duroxide::storage
