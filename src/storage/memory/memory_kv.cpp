#include "storage/memory/memory_kv.hpp"

#include <mutex>
#include <utility>

namespace duroxide::storage {

namespace {

using TableRows = MemoryKv::Rows;

/// A copy; the value itself does not keep one.
std::string in_one_piece(model::BytesView value) {
  std::string bytes;
  bytes.reserve(value.size());
  value.each_piece([&bytes](std::string_view piece) { bytes.append(piece); });
  return bytes;
}

class MemoryCursor final : public Cursor {
 public:
  explicit MemoryCursor(const TableRows& rows) : rows_(rows), row_(rows.end()) {}

  bool seek(std::string_view key) override {
    row_ = rows_.lower_bound(key);
    return row_ != rows_.end();
  }
  bool last() override {
    row_ = rows_.empty() ? rows_.end() : std::prev(rows_.end());
    return row_ != rows_.end();
  }
  bool next() override { return row_ != rows_.end() && ++row_ != rows_.end(); }
  bool prev() override {
    if (row_ == rows_.begin()) {
      row_ = rows_.end();
      return false;
    }
    --row_;
    return true;
  }
  [[nodiscard]] std::string_view key() const override { return row_->first; }
  [[nodiscard]] model::BytesView value() const override { return row_->second; }

 private:
  const TableRows& rows_;
  TableRows::const_iterator row_;
};

class MemoryView final : public ReadView {
 public:
  MemoryView(const std::array<TableRows, table_count>& tables, std::uint64_t commits)
      : tables_(tables), commits_(commits) {}
  MemoryView(const std::array<TableRows, table_count>& tables, std::uint64_t commits,
             std::shared_lock<std::shared_mutex> lock, Readers& readers)
      : tables_(tables), commits_(commits), lock_(std::move(lock)) {
    counted_.emplace(readers);
  }

  [[nodiscard]] std::optional<model::BytesView> get(Table table,
                                                    std::string_view key) const override {
    const auto& rows = tables_.at(static_cast<std::size_t>(table));
    const auto found = rows.find(key);
    return found == rows.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  }
  [[nodiscard]] std::unique_ptr<Cursor> cursor(Table table) const override {
    return std::make_unique<MemoryCursor>(tables_.at(static_cast<std::size_t>(table)));
  }
  [[nodiscard]] std::uint64_t count(Table table) const override {
    return tables_.at(static_cast<std::size_t>(table)).size();
  }
  [[nodiscard]] std::uint64_t commits() const override { return commits_; }

 private:
  const std::array<TableRows, table_count>& tables_;
  std::uint64_t commits_;
  std::shared_lock<std::shared_mutex> lock_;
  std::optional<CountedReader> counted_;
};

class MemoryCopy final : public ReadView {
 public:
  MemoryCopy(std::array<TableRows, table_count> tables, std::uint64_t commits, Readers& readers)
      : tables_(std::move(tables)),
        view_(tables_, commits, std::shared_lock<std::shared_mutex>(), readers) {}
  MemoryCopy(const MemoryCopy&) = delete;
  MemoryCopy& operator=(const MemoryCopy&) = delete;

  [[nodiscard]] std::optional<model::BytesView> get(Table table,
                                                    std::string_view key) const override {
    return view_.get(table, key);
  }
  [[nodiscard]] std::unique_ptr<Cursor> cursor(Table table) const override {
    return view_.cursor(table);
  }
  [[nodiscard]] std::uint64_t count(Table table) const override { return view_.count(table); }
  [[nodiscard]] std::uint64_t commits() const override { return view_.commits(); }

 private:
  std::array<TableRows, table_count> tables_;
  MemoryView view_;
};

}  // namespace

std::unique_ptr<ReadView> MemoryKv::writer_view() {
  return std::make_unique<MemoryView>(tables_, commits_);
}

std::shared_lock<std::shared_mutex> MemoryKv::lock_to_read() {
  std::shared_lock lock(mutex_);
  if (closed_) {
    throw StorageFailure(ProviderError::Kind::closed, "the store is closed");
  }
  return lock;
}

std::unique_ptr<ReadView> MemoryKv::snapshot() {
  auto lock = lock_to_read();
  return std::make_unique<MemoryView>(tables_, commits_, std::move(lock), readers_);
}

std::unique_ptr<ReadView> MemoryKv::lasting_snapshot() {
  const auto lock = lock_to_read();
  return std::make_unique<MemoryCopy>(tables_, commits_, readers_);
}

void MemoryKv::commit(Changes&& changes) {
  // All that takes memory comes first: if there is none, nothing has changed.
  std::array<TableRows, table_count> added;
  for (std::size_t table = 0; table < table_count; ++table) {
    for (const auto& [key, change] : changes.at(table)) {
      if (change.value) {
        added.at(table).emplace_hint(added.at(table).end(), key, in_one_piece(*change.value));
      }
    }
  }
  const std::unique_lock lock(mutex_);
  ++commits_;
  for (std::size_t table = 0; table < table_count; ++table) {
    TableRows& rows = tables_.at(table);
    for (const auto& [key, change] : changes.at(table)) {
      if (!change.value) {
        rows.erase(key);
      }
    }
    while (!added.at(table).empty()) {
      auto inserted = rows.insert(added.at(table).extract(added.at(table).begin()));
      if (!inserted.inserted) {
        inserted.position->second = std::move(inserted.node.mapped());
      }
    }
  }
}

StoreUse MemoryKv::use() {
  StoreUse use;
  readers_.describe(use);
  return use;
}

void MemoryKv::close() {
  const std::unique_lock lock(mutex_);
  closed_ = true;
  for (auto& rows : tables_) {
    rows.clear();
  }
}

}  // namespace duroxide::storage
