// Whether everything in a store is what it should be.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/counters.hpp"
#include "storage/format.hpp"
#include "storage/lmdb/page_walk.hpp"
#include "upkeep/counter_check.hpp"
#include "upkeep/findings.hpp"
#include "upkeep/instance_check.hpp"
#include "upkeep/progress_report.hpp"
#include "upkeep/row_check.hpp"
#include "upkeep/upkeep.hpp"
#include "upkeep/walk.hpp"

namespace duroxide::storage {

namespace {

/// Calls `visit` with the snapshot and each row of a table. What cannot be read of it is a finding.
template <class BeginPage, class Visit>
bool walk(KvStore& store, Table table, Findings& findings, ProgressReport& progress,
          const BeginPage& begin_page, const Visit& visit) {
  try {
    return walk_table(store, table, begin_page, [&](std::string_view key, std::string_view value) {
      findings.count_record();
      visit(key, value);
      progress.add(1);
      return progress.goes_on();
    });
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    findings.add(table, {}, {}, "the rest of the table cannot be read: " + failed.error().message);
    return true;
  }
}

bool walk_instances(KvStore& store, Findings& findings, ProgressReport& progress) {
  const ReadView* view = nullptr;
  return walk(
      store, Table::instances, findings, progress, [&](const ReadView& page) { view = &page; },
      [&](std::string_view key, std::string_view value) {
        check_instance(*view, key, value, findings);
      });
}

bool walk_rows(KvStore& store, Table table, Findings& findings, ProgressReport& progress) {
  std::optional<RowCheck> check;
  return walk(
      store, table, findings, progress,
      [&](const ReadView& page) { check.emplace(page, findings); },
      [&](std::string_view key, std::string_view value) { check->check(table, key, value); });
}

void check_whole(KvStore& store, Findings& findings) {
  const auto view = store.lasting_snapshot();
  for (const auto key : {meta_keys::format, meta_keys::openings}) {
    if (!view->get(Table::meta, key)) {
      findings.add(Table::meta, key, {}, "the store has no `" + std::string(key) + "`");
    }
  }
  if (auto right = check_event_count(store, *view); !right) {
    findings.add(Table::counters, event_counter, {}, std::move(right).error().what);
  }
}

/// Whether what lies below the tables can be read at all.
bool check_file(KvStore& store, Findings& findings) {
  constexpr int most_walks = 16;
  const auto directory = store.directory();
  if (directory.empty()) {
    return true;
  }
  const auto file = directory / "data.mdb";
  std::optional<std::vector<std::string>> problems;
  for (int attempt = 0; attempt < most_walks && !problems; ++attempt) {
    const auto view = store.snapshot();
    problems = check_all_pages(file, [&] { return !store.wants_snapshots_back(); });
  }
  if (!problems) {
    throw StorageFailure(ProviderError::Kind::storage,
                         "the store grew again and again while it was checked; try again later",
                         true);
  }
  if (problems->empty()) {
    store.forget_cached();
    try {
      (void)store.snapshot()->count(Table::meta);
      return true;
    } catch (const StorageFailure& failed) {  // its journal, for one
      if (failed.error().kind != ProviderError::Kind::corrupt) {
        throw;
      }
      problems->push_back(failed.error().message);
    }
  }
  problems->back() += "; the tables were not looked at because of that";
  for (const std::string& problem : *problems) {
    findings.add_outside_tables(problem);
  }
  return false;
}

}  // namespace

VerifyReport Upkeep::verify(const OnProgress& on_progress) const {
  Findings findings;
  if (!check_file(*store_, findings)) {
    findings.stop();
    return std::move(findings).take();
  }
  ProgressReport progress("verify", on_progress, count_rows(*store_->snapshot()));
  bool complete = walk_instances(*store_, findings, progress);
  for (std::size_t index = 0; index < table_count && complete; ++index) {
    const auto table = static_cast<Table>(index);
    if (table != Table::instances) {
      complete = walk_rows(*store_, table, findings, progress);
    }
  }
  if (complete) {
    check_whole(*store_, findings);
    complete = progress.finish();
  }
  if (!complete) {
    findings.stop();
  }
  return std::move(findings).take();
}

}  // namespace duroxide::storage
