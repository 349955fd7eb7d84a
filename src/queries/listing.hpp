#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <duroxide/log.hpp>
#include <duroxide/management_types.hpp>

#include "engine/instances.hpp"
#include "queries/rows.hpp"
#include "queries/text_search.hpp"

namespace duroxide::storage {

/// Walks through the instances that match a filter, in its order; `limit` and `offset` are not looked
/// at. A snapshot pins old pages in the store, so it takes a new one from time to time and goes on
/// where it was. An instance whose record cannot be read is left out, and logged: the others must be
/// seen nevertheless.
class Listing {
 public:
  /// Begins behind `after`, if given, and skips so many matches first.
  Listing(KvStore& store, const InstanceFilter& filter, std::optional<Place> after = std::nullopt,
          std::uint64_t skip = 0, LogSink log = {});
  Listing(const Listing&) = delete;
  Listing& operator=(const Listing&) = delete;

  [[nodiscard]] std::optional<InstanceSummary> next();
  /// From here on reads so many records at most; `skip` apart, which always goes to its end.
  void read_at_most(std::uint64_t records) { records_left_ = records; }
  /// Whether it has stopped for that, so that there may be more behind `place()`.
  [[nodiscard]] bool has_stopped() const { return stopped_; }
  /// The same in two steps: to the next match, whose record is loaded if it is wanted or decides.
  [[nodiscard]] bool find(bool wanted);
  [[nodiscard]] const InstanceRecord& record() const { return *record_; }
  [[nodiscard]] Number number() const { return number_; }
  /// What was read; good until the next step.
  [[nodiscard]] const ReadView& view() const { return *view_; }
  /// Where the last one stands.
  [[nodiscard]] Place place() const { return rows_->place(); }
  /// How many there are from here on. Looks at none that the indexes decide about.
  [[nodiscard]] std::uint64_t count();

 private:
  void renew();
  [[nodiscard]] bool matches_record() const;

  KvStore& store_;
  const InstanceFilter& filter_;
  std::optional<Place> after_;
  std::uint64_t to_skip_;
  LogSink log_;
  std::optional<TextSearch> search_;
  std::uint64_t records_left_ = ~std::uint64_t{0};
  bool stopped_ = false;
  std::unique_ptr<ReadView> view_;
  ListingPlan plan_;
  std::unique_ptr<Rows> rows_;
  Number number_ = 0;
  std::optional<InstanceRecord> record_;
  std::size_t steps_ = 0;
};

/// None, with a word to the log, if the record cannot be read.
[[nodiscard]] std::optional<InstanceRecord> load_if_readable(const ReadView& view, Number number,
                                                             const LogSink& log);

/// A row of a listing. What a failure says is one row more to read, and so is the output, if wanted;
/// where it cannot be read the status says so, and the others are seen nevertheless.
[[nodiscard]] InstanceSummary summarize(const ReadView& view, Number number, InstanceRecord record,
                                        bool with_output = false);

}  // namespace duroxide::storage
