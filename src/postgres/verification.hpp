#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/management_actions.hpp>

#include "postgres/database.hpp"

namespace duroxide::postgres {

/// What an integrity check has found so far.
class Findings {
 public:
  /// `key` is the row's, `instance` is empty if none is concerned.
  void add(const char* table, std::string key, std::string instance, std::string what);

  void count_instance() { ++report_.instances_checked; }
  void count_records(std::uint64_t records) { report_.records_checked += records; }
  void stop() { report_.complete = false; }

  [[nodiscard]] VerifyReport take() && { return std::move(report_); }

 private:
  VerifyReport report_;
};

/// Checks that each row says what the others say. Whether tables and indexes are whole is the database's own
/// business: its program pg_amcheck finds that out. Each part is as of another moment, and all of a part of
/// one. Throws `Refusal`, and what `on_progress` throws as a refusal.
[[nodiscard]] VerifyReport verify_store(Database& database, const OnProgress& on_progress);

}  // namespace duroxide::postgres
