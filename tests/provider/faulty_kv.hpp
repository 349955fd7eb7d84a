#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "provider/core/kv.hpp"
#include "provider/memory/memory_kv.hpp"

namespace duroxide::testing {

/// Tables in memory that count their commits and fail when they are told to.
class FaultyKv final : public storage::KvStore {
 public:
  int commits = 0;
  /// How many of the next commits fail.
  int failures = 0;
  ProviderError::Kind failure_kind = ProviderError::Kind::disk_full;
  /// Whether a failure is the end of the store.
  bool fatal = false;
  std::string broken_reason;
  storage::Changes last;  ///< what the last commit wrote

  [[nodiscard]] std::unique_ptr<storage::ReadView> writer_view() override {
    return inner_.writer_view();
  }
  [[nodiscard]] std::unique_ptr<storage::ReadView> snapshot() override { return inner_.snapshot(); }
  void commit(const storage::Changes& changes) override {
    if (failures > 0) {
      --failures;
      if (fatal) {
        broken_reason = "input/output error";
      }
      throw storage::StorageFailure(failure_kind, "injected", true);
    }
    inner_.commit(changes);
    last = changes;
    ++commits;
  }
  [[nodiscard]] std::string broken() const override { return broken_reason; }
  [[nodiscard]] storage::StoreUse use() override { return inner_.use(); }
  void close() override {}

  [[nodiscard]] const storage::TableChanges& last_of(storage::Table table) const {
    return last.at(static_cast<std::size_t>(table));
  }
  /// Changes a row behind the provider's back.
  void plant(storage::Table table, std::string key, std::optional<std::string> value) {
    storage::Changes changes;
    changes.at(static_cast<std::size_t>(table))
        .emplace(std::move(key), storage::Change{std::move(value), false});
    inner_.commit(changes);
  }

 private:
  storage::MemoryKv inner_;
};

}  // namespace duroxide::testing
