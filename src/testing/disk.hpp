#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <duroxide/clock.hpp>

#include "storage/kv.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

/// The bytes of a test's store, which outlive the processes that open it, and where crashes happen: a
/// process whose connection to its disk is cut has crashed as far as anybody will ever know. For one
/// thread.
class Disk {
 public:
  Disk();
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// For a new process. That of the process before is cut.
  [[nodiscard]] std::shared_ptr<storage::KvStore> connect();
  /// Whether the connection that was made last is cut. It may outlive this.
  [[nodiscard]] std::shared_ptr<const bool> cut_flag() const { return is_cut_; }
  /// From now on nothing is written by the process that is connected.
  void cut();
  [[nodiscard]] bool is_cut() const { return *is_cut_; }

  /// The turns that are durable.
  [[nodiscard]] std::uint64_t turns() const { return turns_; }
  /// Cuts the connection once this turn is durable, or instead of the commit that would hold it. Each
  /// happens once.
  void cut_after(std::uint64_t turn) { cut_after_.insert(turn); }
  void cut_before(std::uint64_t turn) { cut_before_.insert(turn); }

  /// Tells one life of an instance id from the next, from before its start is durable on: how often the id
  /// was deleted or given to another instance.
  [[nodiscard]] std::uint64_t life_of(const std::string& instance) const;
  /// When the first durable timer after `now` is due.
  [[nodiscard]] std::optional<Timestamp> next_timer(Timestamp now) const;

 private:
  class Connection;

  void write(storage::Changes&& changes);
  void note_ends_of_ids(const storage::Changes& changes);

  std::shared_ptr<storage::KvStore> bytes_;
  std::shared_ptr<bool> is_cut_;  ///< of the last connection, which may outlive this
  std::uint64_t turns_ = 0;
  std::map<std::string, std::uint64_t> lives_;
  std::set<std::uint64_t> cut_after_;
  std::set<std::uint64_t> cut_before_;
};

}  // namespace duroxide::DUROXIDE_ABI::testkit
