#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/kv.hpp"
#include "storage/lmdb/journal.hpp"
#include "storage/lmdb/page_file.hpp"

namespace duroxide::storage {

/// Goes through one tree of a file. Each page is checked when it is come to: damage is an error that
/// names it, and nothing but the way to what is asked for is read.
class PageCursor final : public Cursor {
 public:
  PageCursor(const PageFile& file, const pages::Database& tree, TreeKind kind)
      : file_(file), tree_(tree), kind_(kind) {}

  bool seek(std::string_view key) override;
  bool last() override;
  bool next() override;
  bool prev() override;
  [[nodiscard]] std::string_view key() const override;
  /// As it stands in the file. Good until the cursor moves.
  [[nodiscard]] model::BytesView value() const override;

  /// That the value can be read, without reading it.
  void check_value() const;
  /// The page that holds the row.
  [[nodiscard]] std::uint64_t page() const { return way_.back().page->number(); }
  [[nodiscard]] bool holds_table() const;

 private:
  struct Step {
    std::shared_ptr<const TreePage> page;
    std::size_t node = 0;
  };

  [[nodiscard]] const Step& at() const { return way_.back(); }
  void push(std::uint64_t page);
  /// Down from where the way ends to a leaf, always by the first or by the last node.
  void descend(bool first);
  bool leave_page(bool forth);
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> large_value() const;

  const PageFile& file_;
  pages::Database tree_;
  TreeKind kind_;
  std::vector<Step> way_;  ///< from the root to the leaf; empty at no row
  mutable std::optional<std::string> large_;
};

/// The trees of a store's file.
struct StoreTrees {
  std::array<pages::Database, table_count> rows{};
  pages::Database journal{};
  /// Else it was made by a release that knew fewer than format 3 has. A later one that is missing counts
  /// as empty.
  bool has_all = true;
};

/// Finds the tables. Throws as `PageFile` does.
[[nodiscard]] StoreTrees find_trees(const PageFile& file);
/// The value of a key; none if there is none.
[[nodiscard]] std::optional<std::string> find_in_tree(const PageFile& file,
                                                      const pages::Database& tree,
                                                      std::string_view key);

/// The tables of a file as its newest header has them, read without LMDB.
class PageView final : public ReadView {
 public:
  /// `kept` keeps the pages from being used anew as long as it lives: a snapshot that was taken
  /// before, or the lock without which nobody writes.
  PageView(const std::filesystem::path& file, std::shared_ptr<const void> kept);

  [[nodiscard]] std::optional<model::BytesView> get(Table table,
                                                    std::string_view key) const override;
  [[nodiscard]] std::unique_ptr<Cursor> cursor(Table table) const override;
  [[nodiscard]] std::uint64_t count(Table table) const override;
  [[nodiscard]] std::uint64_t commits() const override { return file_.header().transaction; }

  [[nodiscard]] const StoreTrees& trees() const { return trees_; }
  [[nodiscard]] std::unique_ptr<Cursor> journal() const;

 private:
  std::shared_ptr<const void> kept_;
  PageFile file_;
  StoreTrees trees_;
  mutable std::deque<std::string> values_;  ///< what `get` gave
};

/// `tables` as the journal of the same file leaves them. `cache` outlives the view.
[[nodiscard]] std::unique_ptr<ReadView> with_journal(std::unique_ptr<PageView> tables,
                                                     JournalCache& cache);

}  // namespace duroxide::storage
