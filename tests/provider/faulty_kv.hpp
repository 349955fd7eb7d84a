#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "storage/kv.hpp"
#include "storage/memory/memory_kv.hpp"
#include "support/granted_room.hpp"

namespace duroxide::testing {

/// Tables in memory that count their commits, and that are full or fail when they are told to.
class FaultyKv final : public storage::KvStore {
 public:
  int commits = 0;
  /// How many of the next commits fail.
  int failures = 0;
  /// Whether what fails is the memory.
  bool out_of_memory = false;
  std::optional<std::string> broken_reason;
  /// For how many of the next snapshots there is no memory.
  int snapshots_without_memory = 0;
  static constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();
  /// What a commit may take; for more than that the disk is full. It may change while a store with threads
  /// is in use.
  std::atomic<std::uint64_t> room = endless;
  std::uint64_t most_asked = 0;  ///< the most for which there was room
  /// How often there is room that was kept for deletions.
  int reserves = 0;
  storage::Changes last;  ///< what the last commit wrote

  /// A key that the writer's cursors cannot go to, as if its page were bad.
  std::optional<std::pair<storage::Table, std::string>> bad_key;

  [[nodiscard]] std::unique_ptr<storage::ReadView> writer_view() override {
    return std::make_unique<View>(*this, inner_.writer_view());
  }
  [[nodiscard]] std::unique_ptr<storage::ReadView> snapshot() override {
    if (snapshots_without_memory > 0) {
      --snapshots_without_memory;
      throw std::bad_alloc();
    }
    return inner_.snapshot();
  }
  [[nodiscard]] std::uint64_t make_room(std::uint64_t bytes, storage::RoomFor what,
                                        const LetGo& let_go) override {
    if (bytes <= room) {
      most_asked = std::max(most_asked, bytes);
      let_go();          // as often as it may happen
      granted_ = bytes;  // no more, so that each request asks
      return bytes;
    }
    if (what != storage::RoomFor::making_room || reserves == 0) {
      throw storage::StorageFailure(ProviderError::Kind::disk_full, "injected", true);
    }
    --reserves;
    granted_ = bytes;
    return bytes;
  }
  void commit(storage::Changes&& changes) override {
    require_granted(changes, granted_);
    granted_ = 0;
    if (failures > 0) {
      --failures;
      if (out_of_memory) {
        throw std::bad_alloc();
      }
      broken_reason = "input/output error";
      throw storage::StorageFailure(ProviderError::Kind::storage, "injected");
    }
    inner_.commit(storage::Changes(changes));
    last = std::move(changes);
    ++commits;
  }
  [[nodiscard]] std::optional<std::string> broken_by() const override { return broken_reason; }
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
    inner_.commit(std::move(changes));
  }

 private:
  class BadCursor final : public storage::Cursor {
   public:
    BadCursor(std::unique_ptr<storage::Cursor> inner, std::string bad)
        : inner_(std::move(inner)), bad_(std::move(bad)) {}
    bool seek(std::string_view key) override { return check(inner_->seek(key)); }
    bool last() override { return check(inner_->last()); }
    bool next() override { return check(inner_->next()); }
    bool prev() override { return check(inner_->prev()); }
    [[nodiscard]] std::string_view key() const override { return inner_->key(); }
    [[nodiscard]] model::BytesView value() const override { return inner_->value(); }

   private:
    [[nodiscard]] bool check(bool found) const {
      if (found && inner_->key() == bad_) {
        throw storage::StorageFailure(ProviderError::Kind::storage, "injected");
      }
      return found;
    }

    std::unique_ptr<storage::Cursor> inner_;
    std::string bad_;
  };

  class View final : public storage::ReadView {
   public:
    View(const FaultyKv& kv, std::unique_ptr<storage::ReadView> inner)
        : kv_(kv), inner_(std::move(inner)) {}
    [[nodiscard]] std::optional<model::BytesView> get(storage::Table table,
                                                      std::string_view key) const override {
      return inner_->get(table, key);
    }
    [[nodiscard]] std::unique_ptr<storage::Cursor> cursor(storage::Table table) const override {
      auto cursor = inner_->cursor(table);
      if (kv_.bad_key && kv_.bad_key->first == table) {
        return std::make_unique<BadCursor>(std::move(cursor), kv_.bad_key->second);
      }
      return cursor;
    }
    [[nodiscard]] std::uint64_t count(storage::Table table) const override {
      return inner_->count(table);
    }
    [[nodiscard]] std::uint64_t commits() const override { return inner_->commits(); }

   private:
    const FaultyKv& kv_;
    std::unique_ptr<storage::ReadView> inner_;
  };

  storage::MemoryKv inner_;
  std::uint64_t granted_ = 0;  ///< for the next commit
};

}  // namespace duroxide::testing
