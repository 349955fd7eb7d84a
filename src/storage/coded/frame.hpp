#pragma once

// How what a codec has made stands in a store: a mark, the id of the key, and the bytes.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <duroxide/payload_codec.hpp>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// By how much a value grows at most when it is encoded.
inline constexpr std::size_t most_growth_of_value =
    PayloadCodec::most_growth + PayloadCodec::longest_key_id + 8;

/// Whether values of the table may hold what a user has given.
[[nodiscard]] bool holds_payloads(Table table);

/// Encodes a value. Throws `StorageFailure` if the codec throws, or makes more than it may.
[[nodiscard]] std::string encode_value_with(const PayloadCodec& codec, Table table,
                                            std::string_view key, std::string_view value);

/// Whether a codec has made the stored value. One that was written without does not begin so.
[[nodiscard]] bool is_encoded(std::string_view stored);

/// The key with which it was encoded.
[[nodiscard]] std::string_view key_id_of(std::string_view encoded);

/// Decodes a value for which `is_encoded` holds. Errors: why not.
[[nodiscard]] Result<std::string, std::string> decode_value_with(const PayloadCodec& codec,
                                                                 Table table, std::string_view key,
                                                                 std::string_view encoded);

/// What is shown of a value that cannot be decoded: no decoder takes it for a record, the reason can be
/// read from it (`model::broken_value_problem`), and if it is written anywhere, the encoded bytes are.
[[nodiscard]] std::string undecodable(const PayloadCodec& codec, std::string_view why,
                                      std::string_view encoded);
/// The encoded bytes of such a value; none if it is another.
[[nodiscard]] std::optional<std::string_view> encoded_of_undecodable(std::string_view value);

}  // namespace duroxide::storage
