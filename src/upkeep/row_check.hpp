#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/records.hpp"
#include "model/open_steps.hpp"
#include "storage/keys.hpp"
#include "storage/kv.hpp"
#include "upkeep/findings.hpp"

namespace duroxide::storage {

/// Checks rows of all tables but `instances`: that they can be read, and belong to something. Rows
/// that come one after the other mostly have the same owner, which is therefore remembered. For the
/// rows of one snapshot.
class RowCheck {
 public:
  RowCheck(const ReadView& view, Findings& findings) : view_(view), findings_(findings) {}

  void check(Table table, std::string_view key, std::string_view value);

 private:
  struct Owner {
    Number number = 0;
    bool exists = false;
    std::optional<InstanceRecord> record;  ///< none if it cannot be read, which is found elsewhere
  };

  void found(std::string what);
  /// Whether the key has this size, which is a problem otherwise.
  [[nodiscard]] bool has_size(std::size_t bytes);
  /// The instance that the row belongs to; null, and a problem if there is none.
  [[nodiscard]] const InstanceRecord* owner(Number number);
  [[nodiscard]] const Owner& look_up(Number number);
  /// What the current execution of a running owner waits for; null if its history cannot tell.
  [[nodiscard]] const model::OpenSteps* open_steps(Number number, const InstanceRecord& record);
  /// Whether decoding has succeeded, which is a problem otherwise.
  template <class Decoded>
  [[nodiscard]] bool is_readable(const Decoded& decoded) {
    if (!decoded) {
      found(decoded.error().what);
    }
    return decoded.has_value();
  }
  /// Whether `key` is that of an activity in the queue, which is a problem otherwise.
  void require_work(const WorkKey& key);

  void check_meta();
  void check_id();
  void check_result();
  void check_execution();
  void check_history();
  void check_message();
  void check_kept();
  void check_work();
  void check_timer();
  void check_delayed();
  void check_awaited();
  void check_attempts();
  void check_event_key();
  void check_value();
  void check_custom_status();
  void check_progress();
  void check_quarantine();
  void check_paused();
  void check_index();
  void check_counted(std::string_view counter);

  const ReadView& view_;
  Findings& findings_;
  // The row.
  Table table_ = Table::meta;
  std::string_view key_;
  std::string_view value_;
  // What is remembered of earlier ones.
  std::optional<Owner> owner_;
  Number steps_of_ = 0;
  std::optional<model::OpenSteps> steps_;
  std::string counted_;  ///< the last counter that was found to exist
};

}  // namespace duroxide::storage
