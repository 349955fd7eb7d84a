#pragma once

#include <array>
#include <map>
#include <shared_mutex>
#include <string>

#include "provider/core/kv.hpp"

namespace duroxide::storage {

/// Tables that end with the process.
class MemoryKv final : public KvStore {
 public:
  using Rows = std::map<std::string, std::string, std::less<>>;

  [[nodiscard]] std::unique_ptr<ReadView> writer_view() override;
  [[nodiscard]] std::unique_ptr<ReadView> snapshot() override;
  void commit(const Changes& changes) override;
  [[nodiscard]] std::string broken() const override { return {}; }
  void close() override;

 private:
  std::shared_mutex mutex_;  ///< held shared by snapshots; the writer itself needs none to read
  bool closed_ = false;
  std::array<Rows, table_count> tables_;
};

}  // namespace duroxide::storage
