#pragma once

#include <array>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// Tables that end with the process.
class MemoryKv final : public KvStore {
 public:
  using Rows = std::map<std::string, std::string, std::less<>>;

  [[nodiscard]] std::unique_ptr<ReadView> writer_view() override;
  [[nodiscard]] std::unique_ptr<ReadView> snapshot() override;
  /// A copy, as commits wait for an ordinary one.
  [[nodiscard]] std::unique_ptr<ReadView> lasting_snapshot() override;
  [[nodiscard]] std::optional<std::uint64_t> room_at_hand(std::uint64_t /*bytes*/,
                                                          RoomFor /*what*/) override {
    return std::numeric_limits<std::uint64_t>::max();
  }
  void commit(Changes&& changes) override;
  [[nodiscard]] std::optional<std::string> broken_by() const override { return std::nullopt; }
  [[nodiscard]] StoreUse use() override;
  void close() override;

 private:
  using Tables = std::array<Rows, table_count>;

  /// Checks that the store is open.
  [[nodiscard]] std::shared_lock<std::shared_mutex> lock_to_read();

  std::shared_mutex mutex_;  ///< held shared by snapshots; the writer itself needs none to read
  bool closed_ = false;
  std::uint64_t commits_ = 0;
  Tables tables_;
  Readers readers_;
};

}  // namespace duroxide::storage
