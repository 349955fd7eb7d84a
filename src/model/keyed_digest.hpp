#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace duroxide::model {

/// A secret of one store.
using DigestKey = std::array<char, 16>;

/// SipHash-2-4: a digest from which nobody without the key learns anything about the bytes, not even
/// whether a guess at them is right.
[[nodiscard]] std::uint64_t keyed_digest(const DigestKey& key, std::string_view bytes);

}  // namespace duroxide::model
