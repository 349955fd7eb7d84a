// What the store itself says of how it does, as families. What the engine counts while it works is
// `model/metrics.hpp`.

#include <utility>
#include <vector>

#include "engine/counters.hpp"
#include "model/instance_families.hpp"
#include "model/metric_family.hpp"
#include "model/metrics.hpp"
#include "queries/management.hpp"

namespace duroxide::storage {

namespace {

using model::gauge_of;
using model::make_family;
using model::sample_of;

void add_sizes(const StoreUse& use, std::vector<MetricFamily>& families) {
  families.push_back(gauge_of("duroxide_store_used_bytes",
                              "Bytes of the database's pages that hold something.", use.bytes,
                              "bytes"));
  families.push_back(gauge_of("duroxide_store_reusable_bytes",
                              "Bytes of the database's pages that hold nothing any more.",
                              use.reusable_bytes, "bytes"));
  families.push_back(gauge_of("duroxide_store_file_bytes",
                              "Bytes of the files of the database and the log.", use.file_bytes,
                              "bytes"));
  families.push_back(
      gauge_of("duroxide_log_file_bytes", "Bytes of the log's files.", use.log_bytes, "bytes"));
  MetricFamily held =
      make_family("duroxide_log_held_bytes",
                  "Bytes of those of the log's files that hold what is not in the database yet.",
                  MetricKind::gauge, "bytes");
  if (use.log_held_bytes) {
    held.samples.push_back(sample_of({}, *use.log_held_bytes));
  }
  families.push_back(std::move(held));
  families.push_back(gauge_of("duroxide_damaged_pages",
                              "Pages of the database that were found damaged since it was opened.",
                              use.damaged_pages));
}

void add_readers(const StoreUse& use, std::vector<MetricFamily>& families) {
  families.push_back(
      gauge_of("duroxide_readers", "Snapshots of the store that are held.", use.readers));
  MetricFamily age = make_family("duroxide_oldest_reader_age_seconds",
                                 "How long the oldest of these snapshots has been held; an old one "
                                 "keeps the store from using space again.",
                                 MetricKind::gauge, "seconds");
  MetricSample sample;
  sample.value = model::Seconds(use.oldest_reader_age).count();
  age.samples.push_back(std::move(sample));
  families.push_back(std::move(age));
}

}  // namespace

std::vector<MetricFamily> Management::metric_families() const {
  const StoreUse use = store_->use();  // first, so that the snapshot is not counted as a reader
  const auto view = store_->snapshot();
  const SystemMetrics counts = metrics_of(*view, use);
  std::vector<MetricFamily> families = model::instance_families(count_by_name(*view), counts);
  add_sizes(use, families);
  add_readers(use, families);
  return families;
}

}  // namespace duroxide::storage
