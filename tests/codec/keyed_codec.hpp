#pragma once

// A codec for tests. It hides text from whoever looks for it, and no more.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/payload_codec.hpp>

namespace duroxide::testing {

class KeyedCodec final : public PayloadCodec {
 public:
  using Keys = std::map<std::string, std::uint64_t, std::less<>>;

  /// Encodes with the last of its keys.
  explicit KeyedCodec(Keys keys, std::string name = "keyed")
      : keys_(std::move(keys)), name_(std::move(name)) {}

  [[nodiscard]] std::string name() const override { return name_; }

  [[nodiscard]] EncodedPayload encode(std::string_view plain,
                                      std::string_view place) const override {
    ++encoded;
    const auto& [id, key] = *keys_.rbegin();
    std::string bytes = check_of(key, plain, place);
    return {bytes.append(mixed(key, plain)), id};
  }

  [[nodiscard]] Result<std::string, std::string> decode(std::string_view bytes,
                                                        std::string_view key_id,
                                                        std::string_view place) const override {
    const auto key = keys_.find(key_id);
    if (key == keys_.end()) {
      return failure("the key is unknown");
    }
    const std::size_t check = sizeof(std::uint64_t);
    std::string plain = mixed(key->second, bytes.substr(std::min(check, bytes.size())));
    if (bytes.substr(0, check) != check_of(key->second, plain, place)) {
      return failure("the record was changed, or the key is another");
    }
    return plain;
  }

  mutable std::atomic<int> encoded{0};

 private:
  static std::string mixed(std::uint64_t key, std::string_view text) {
    std::string mixed(text);
    for (char& each : mixed) {
      key = key * 6364136223846793005U + 1442695040888963407U;
      each = static_cast<char>(each ^ static_cast<char>(key >> 56U));
    }
    return mixed;
  }

  static std::string check_of(std::uint64_t key, std::string_view plain, std::string_view place) {
    std::uint64_t check = key;
    for (const std::string_view part : {plain, place}) {
      for (const char each : part) {
        check = (check ^ static_cast<unsigned char>(each)) * 1099511628211U;
      }
    }
    return std::string(reinterpret_cast<const char*>(&check), sizeof check);
  }

  Keys keys_;
  std::string name_;
};

}  // namespace duroxide::testing
