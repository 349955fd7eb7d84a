#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tracing/span.hpp"

namespace duroxide::tracing {

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
  std::size_t spans_ = 0;
};

}  // namespace duroxide::tracing
