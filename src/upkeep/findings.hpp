#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <duroxide/management_actions.hpp>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// What an integrity check has found so far.
class Findings {
 public:
  /// `instance` is empty if none is concerned.
  void add(Table table, std::string_view key, std::string_view instance, std::string what);

  /// Something that is no row of a table.
  void add_outside_tables(std::string what);

  void count_instance() { ++report_.instances_checked; }
  void count_record() { ++report_.records_checked; }
  void stop() { report_.complete = false; }

  [[nodiscard]] VerifyReport take() && { return std::move(report_); }

 private:
  void add(StoreProblem problem);

  VerifyReport report_;
};

}  // namespace duroxide::storage
