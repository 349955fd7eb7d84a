#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/detail/api.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What a codec has made of a record.
struct DUROXIDE_API EncodedPayload {
  EncodedPayload(std::string bytes_made, std::string key = {})
      : bytes(std::move(bytes_made)), key_id(std::move(key)) {}

  std::string bytes;
  /// Of the key that it takes to decode them, at most `PayloadCodec::longest_key_id` bytes. It is stored
  /// beside them and can be read by anybody.
  std::string key_id;
};

/// What payloads go through on their way to the disk and back: a compression, an encryption. A store
/// that is given one by `LmdbOptions::payload_codec` hands it every record that can hold a payload:
/// inputs, outputs, events, errors, messages, values, custom status, progress. What stays readable are
/// instance ids, names and versions of orchestrations, tags, keys of values, times, states and numbers,
/// and the names of what is paused. The runtime, clients and management notice nothing of it; an export
/// is plain text, and a backup is not.
///
/// To rotate a key, encode with the new one and go on decoding with the old one as well: each record
/// names the key that it takes. A record is encoded anew only when it changes, so the old key is needed
/// as long as there are instances from its time.
///
/// The functions are called by several threads at once, on the engine's own thread too, so they must
/// not wait for anything, nor call the engine. They must not throw; if `encode` does, the store stops,
/// as after a failed write.
class DUROXIDE_API PayloadCodec {
 public:
  /// In bytes.
  static constexpr std::size_t longest_key_id = 64;
  static constexpr std::size_t longest_name = 64;
  /// By how many bytes what is encoded may be longer than what it was made of.
  static constexpr std::size_t most_growth = 256;

  PayloadCodec() = default;
  PayloadCodec(const PayloadCodec&) = delete;
  PayloadCodec& operator=(const PayloadCodec&) = delete;
  virtual ~PayloadCodec() = default;

  /// Names the way of encoding, not the key: `xchacha20poly1305`. The store keeps it, and is refused to
  /// a codec of another name.
  [[nodiscard]] virtual std::string name() const = 0;

  /// `place` says which record of the store it is, the same again when it is decoded; a codec that
  /// authenticates takes it in, so that no record passes for another.
  [[nodiscard]] virtual EncodedPayload encode(std::string_view plain,
                                              std::string_view place) const = 0;

  /// Errors: a sentence that says why not: an unknown key, say, or bytes that were changed. It is told
  /// to whoever has asked for the record, so it must not show a key.
  [[nodiscard]] virtual Result<std::string, std::string> decode(std::string_view encoded,
                                                                std::string_view key_id,
                                                                std::string_view place) const = 0;
};

}  // namespace duroxide::DUROXIDE_ABI
