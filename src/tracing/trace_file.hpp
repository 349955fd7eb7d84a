#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "model/file_descriptor.hpp"
#include "tracing/span_sink.hpp"

namespace duroxide::tracing {

/// A file of lines that makes way for the next when it is full. Of one thread.
class TraceFile final : public SpanSink {
 public:
  TraceFile(std::filesystem::path path, std::uint64_t max_bytes, std::uint32_t max_files)
      : path_(std::move(path)), max_bytes_(max_bytes), max_files_(max_files) {}

  /// Goes on behind what is there. A line that a killed process has left unfinished is ended.
  [[nodiscard]] Done open();
  /// Each request is a line.
  [[nodiscard]] Done take(const std::string& otlp) override;

 private:
  [[nodiscard]] std::filesystem::path earlier(std::uint32_t number) const;
  [[nodiscard]] Done open_unless_open();
  [[nodiscard]] Done make_way();
  /// So many that were written last, unless others have written behind them: a disk that is full is no
  /// place for the beginning of a line.
  void take_back(std::uint64_t bytes);
  /// With an end of the line behind it.
  [[nodiscard]] Done write_line(std::string_view line);

  std::filesystem::path path_;
  std::uint64_t max_bytes_;
  std::uint32_t max_files_;
  std::uint64_t size_ = 0;
  bool must_make_way_ = false;  ///< it is full, and was not renamed yet
  model::FileDescriptor file_;
};

}  // namespace duroxide::tracing
