#include "upkeep/progress_report.hpp"

#include <algorithm>
#include <exception>
#include <string>

#include "model/lent_thread.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

namespace {
constexpr std::uint64_t steps_between_reports = 1024;
}  // namespace

std::uint64_t count_rows(const ReadView& view) {
  std::uint64_t rows = 0;
  for (std::size_t table = 0; table < table_count; ++table) {
    rows += view.count(static_cast<Table>(table));
  }
  return rows;
}

bool ProgressReport::goes_on() {
  if (progress_.done - told_ < steps_between_reports) {
    return true;
  }
  return tell();
}

bool ProgressReport::finish() {
  progress_.total = progress_.done;
  return tell();
}

bool ProgressReport::tell() {
  told_ = progress_.done;
  progress_.total = std::max(progress_.total, progress_.done);
  if (!on_progress_) {
    return true;
  }
  // It is the user's, and runs on a thread of ours.
  const auto refuse = [this](const std::string& what) -> bool {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "the progress callback of " + std::string(operation_) + " threw " + what);
  };
  const model::LentThread lent("a progress callback");
  try {
    return on_progress_(progress_);
  } catch (const std::exception& thrown) {
    return refuse(detail::words_of(thrown));
  } catch (...) {
    return refuse("something that is no exception");
  }
}

}  // namespace duroxide::storage
