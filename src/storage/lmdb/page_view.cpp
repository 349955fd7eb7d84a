#include "storage/lmdb/page_view.hpp"

#include <cstring>

#include "storage/layered.hpp"
#include "storage/lmdb/lmdb_view.hpp"
#include "storage/lmdb/seal.hpp"

namespace duroxide::storage {

void PageCursor::push(std::uint64_t page) {
  const bool leaf_expected = way_.size() + 1 == tree_.depth;
  way_.push_back({file_.load(page, kind_, leaf_expected), 0});
}

void PageCursor::descend(bool first) {
  while (true) {
    Step& step = way_.back();
    step.node = first ? 0 : step.page->count() - 1;
    if (step.page->is_leaf()) {
      return;
    }
    push(step.page->child(step.node));
  }
}

bool PageCursor::seek(std::string_view key) {
  large_.reset();
  way_.clear();
  if (tree_.root == pages::no_page) {
    return false;
  }
  push(tree_.root);
  if (key.empty()) {
    descend(true);
    return true;
  }
  while (true) {
    Step& step = way_.back();
    const TreePage& page = *step.page;
    // The first node that is not below the key; in a branch, the last that is not above it.
    std::size_t low = page.is_leaf() ? 0 : 1;
    std::size_t high = page.count();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      const int order = compare_keys(kind_, page.key(middle), key);
      if (order < 0 || (order == 0 && !page.is_leaf())) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (page.is_leaf()) {
      step.node = low;
      return low < page.count() || leave_page(true);
    }
    step.node = low - 1;
    push(page.child(step.node));
  }
}

bool PageCursor::last() {
  large_.reset();
  way_.clear();
  if (tree_.root == pages::no_page) {
    return false;
  }
  push(tree_.root);
  descend(false);
  return true;
}

bool PageCursor::leave_page(bool forth) {
  while (!way_.empty()) {
    way_.pop_back();
    if (way_.empty()) {
      return false;
    }
    Step& step = way_.back();
    if (forth ? step.node + 1 < step.page->count() : step.node > 0) {
      step.node = forth ? step.node + 1 : step.node - 1;
      push(step.page->child(step.node));
      descend(forth);
      return true;
    }
  }
  return false;
}

bool PageCursor::next() {
  large_.reset();
  if (way_.empty()) {
    return false;
  }
  Step& step = way_.back();
  return ++step.node < step.page->count() || leave_page(true);
}

bool PageCursor::prev() {
  large_.reset();
  if (way_.empty()) {
    return last();  // as LMDB's cursors go back from behind the end
  }
  Step& step = way_.back();
  if (step.node > 0) {
    --step.node;
    return true;
  }
  return leave_page(false);
}

std::string_view PageCursor::key() const {
  return at().page->key(at().node);
}

std::pair<std::uint64_t, std::uint64_t> PageCursor::large_value() const {
  std::uint64_t first = 0;
  std::memcpy(&first, at().page->data(at().node).data(), sizeof(first));
  return {first, at().page->data_bytes(at().node)};
}

bool PageCursor::holds_table() const {
  return at().page->flags(at().node) == pages::sub_database;
}

model::BytesView PageCursor::value() const {
  if (at().page->flags(at().node) != pages::big_data) {
    return at().page->data(at().node);
  }
  if (!large_) {
    const auto [first, bytes] = large_value();
    large_ = file_.read_overflow(first, bytes);
  }
  return *large_;
}

void PageCursor::check_value() const {
  if (at().page->flags(at().node) == pages::big_data) {
    const auto [first, bytes] = large_value();
    (void)file_.check_overflow(first, bytes);
  }
}

StoreTrees find_trees(const PageFile& file) {
  StoreTrees trees;
  PageCursor names(file, file.header().main, TreeKind::main);
  const auto find = [&](std::string_view name, bool is_needed) {
    pages::Database none{};
    none.root = pages::no_page;
    if (!names.seek(name) || names.key() != name || !names.holds_table()) {
      trees.has_all = trees.has_all && !is_needed;
      return none;
    }
    return file.table_of(names.value(), names.page());
  };
  for (std::size_t index = 0; index < table_count; ++index) {
    const auto table = static_cast<Table>(index);
    trees.rows.at(index) = find(to_string(table), table <= last_of_format_3);
  }
  trees.journal = find(journal_name, true);
  return trees;
}

std::optional<std::string> find_in_tree(const PageFile& file, const pages::Database& tree,
                                        std::string_view key) {
  PageCursor rows(file, tree, TreeKind::table);
  if (!rows.seek(key) || rows.key() != key) {
    return std::nullopt;
  }
  return std::string(rows.value());
}

PageView::PageView(const std::filesystem::path& file, std::shared_ptr<const void> kept)
    : kept_(std::move(kept)), file_(file), trees_(find_trees(file_)) {}

std::optional<model::BytesView> PageView::get(Table table, std::string_view key) const {
  if (key.empty() || key.size() > pages::longest_key) {
    return std::nullopt;
  }
  auto found = find_in_tree(file_, trees_.rows.at(static_cast<std::size_t>(table)), key);
  if (!found) {
    return std::nullopt;
  }
  return unseal(table, key, values_.emplace_back(std::move(*found)));
}

std::unique_ptr<Cursor> PageView::cursor(Table table) const {
  return unsealed(std::make_unique<PageCursor>(
                      file_, trees_.rows.at(static_cast<std::size_t>(table)), TreeKind::table),
                  table);
}

std::uint64_t PageView::count(Table table) const {
  return trees_.rows.at(static_cast<std::size_t>(table)).entries;
}

std::unique_ptr<Cursor> PageView::journal() const {
  return std::make_unique<PageCursor>(file_, trees_.journal, TreeKind::table);
}

std::unique_ptr<ReadView> with_journal(std::unique_ptr<PageView> tables, JournalCache& cache) {
  const PageView& view = *tables;
  return std::make_unique<LayeredView>(std::move(tables), [&view, &cache] {
    return cache.read(view.commits(), [&view] { return view.journal(); });
  });
}

}  // namespace duroxide::storage
