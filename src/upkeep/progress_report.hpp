#pragma once

#include <cstdint>
#include <string_view>

#include <duroxide/management_actions.hpp>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// How many rows there are in all tables.
[[nodiscard]] std::uint64_t count_rows(const ReadView& view);

/// Tells the one who asked for a long operation how far it is, now and then.
class ProgressReport {
 public:
  ProgressReport(std::string_view operation, const OnProgress& on_progress, std::uint64_t total)
      : operation_(operation), on_progress_(on_progress), progress_{0, total} {}

  void add(std::uint64_t done) { progress_.done += done; }
  /// False once it was told to stop. Throws `StorageFailure` if the callback throws anything.
  [[nodiscard]] bool goes_on();
  /// The last call, with everything done.
  [[nodiscard]] bool finish();

 private:
  [[nodiscard]] bool tell();

  std::string_view operation_;
  const OnProgress& on_progress_;
  Progress progress_;
  std::uint64_t told_ = 0;
};

}  // namespace duroxide::storage
