#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tracing/span.hpp"

namespace duroxide::tracing {

/// The decimal digits of a second since 1970. Most spans begin and end in the second of the one before, of which
/// the digits are there already.
class SecondDigits {
 public:
  /// Writes them to where there is room for `most`, and returns their end.
  [[nodiscard]] char* write(char* target, std::uint64_t second);

  static constexpr std::size_t most = 20;

 private:
  std::uint64_t second_ = 0;
  std::size_t size_ = 0;  ///< 0 as long as there are none
  std::array<char, most> digits_{};
};

/// Makes requests of OTLP in JSON of spans, each on one line without an end, in memory that is used again
/// for the next. Of one thread.
class OtlpWriter {
 public:
  explicit OtlpWriter(std::string_view service_name);

  void add(const Span& span);
  /// How many were added since the beginning, or since `clear`.
  [[nodiscard]] std::size_t size() const { return spans_; }
  /// The whole request, until `clear`.
  [[nodiscard]] const std::string& finish();
  void clear();

 private:
  std::string head_;
  std::string line_;
  std::vector<char>
      room_;  ///< for one span, so that it is known how long it is before it joins the line
  SecondDigits seconds_;
  std::size_t spans_ = 0;
};

}  // namespace duroxide::tracing
