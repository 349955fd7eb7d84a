#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace duroxide::fuzz {

/// Takes what a target needs off the front of its input; what is not there any more is 0 or empty.
class Bytes {
 public:
  explicit Bytes(std::string_view input) : left_(input) {}

  [[nodiscard]] std::uint8_t byte() {
    const std::string_view taken = take(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken.front());
  }
  /// Little endian.
  [[nodiscard]] std::uint32_t number() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
      value |= std::uint32_t{byte()} << shift;
    }
    return value;
  }
  [[nodiscard]] std::string_view take(std::size_t size) {
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(taken.size());
    return taken;
  }
  [[nodiscard]] std::string_view rest() { return take(left_.size()); }
  [[nodiscard]] bool empty() const { return left_.empty(); }

 private:
  std::string_view left_;
};

}  // namespace duroxide::fuzz
