#include "storage/lmdb/page_walk.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "model/file_descriptor.hpp"
#include "storage/lmdb/page_file.hpp"
#include "storage/lmdb/page_view.hpp"

namespace duroxide::storage {

namespace {

/// A list of free pages, as the tree of them holds it. Throws as `PageFile` does.
std::vector<std::uint64_t> read_free_pages(const PageFile& file, const PageCursor& at) {
  const std::string_view bytes = at.value();
  std::vector<std::uint64_t> numbers(bytes.size() / sizeof(std::uint64_t));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(std::uint64_t));
  // LMDB reserves more than it needs now and then: the first number says how many count.
  if (numbers.empty() || bytes.size() % sizeof(std::uint64_t) != 0 ||
      numbers.front() > numbers.size() - 1) {
    file.refuse(at.page(), "a list of free pages makes no sense");
  }
  numbers.resize(numbers.front() + 1);
  numbers.erase(numbers.begin());
  std::uint64_t before = ~std::uint64_t{0};
  for (const std::uint64_t number : numbers) {
    if (number < pages::first_page || number > file.header().last_page || number >= before) {
      file.refuse(at.page(), "a list of free pages makes no sense");
    }
    before = number;
  }
  return numbers;
}

/// Visits every page that is in use. What is damaged is noted, and the walk goes on behind it.
class PageWalk {
 public:
  PageWalk(const PageFile& file, const std::function<bool()>& goes_on)
      : file_(file), goes_on_(goes_on), used_(file.header().last_page + 1) {}

  void run() {
    const bool knows_free = walk_tree(file_.header().free, TreeKind::free, 0);
    (void)walk_tree(file_.header().main, TreeKind::main, 0);
    if (knows_free) {
      (void)looks_good([&] { check_free_pages(); });
    }
  }

  [[nodiscard]] std::vector<std::string> take_problems() && { return std::move(problems_); }
  [[nodiscard]] bool has_enough() const { return problems_.size() >= most_problems; }
  /// Whether it has ended early because it was told to.
  [[nodiscard]] bool was_stopped() const { return stopped_; }

  // Whoever reads more of them than this restores a backup all the same.
  static constexpr std::size_t most_problems = 100;

 private:
  struct Counts {
    std::uint64_t branches = 0;
    std::uint64_t leaves = 0;
    std::uint64_t entries = 0;
    bool has_gap = false;  ///< some of the tree could not be read
  };

  /// Nothing more is looked at then: what is under way returns.
  [[nodiscard]] bool is_over() const { return stopped_ || has_enough(); }

  /// False, and a problem more, if what `look` reads is damaged. False also once the walk is over.
  template <class Look>
  bool looks_good(const Look& look) {
    if (is_over()) {
      return false;
    }
    try {
      look();
      return true;
    } catch (const StorageFailure& failed) {
      if (failed.error().kind != ProviderError::Kind::corrupt) {
        throw;
      }
      if (!is_over()) {
        problems_.push_back(failed.error().message);
      }
    }
    return false;
  }

  void check_free_pages() {
    PageCursor lists(file_, file_.header().free, TreeKind::free);
    for (bool more = lists.seek({}); more && !is_over(); more = lists.next()) {
      (void)looks_good([&] {
        for (const std::uint64_t number : read_free_pages(file_, lists)) {
          if (used_.at(number)) {
            file_.refuse(number, "it is in use, and said to be free");
          }
        }
      });
    }
  }

  void use(std::uint64_t page) {
    if (used_.at(page)) {
      file_.refuse(page, "it belongs to two others");
    }
    used_.at(page) = true;
  }

  /// False if some of it could not be read.
  bool walk_tree(const pages::Database& tree, TreeKind kind, std::uint64_t described_on) {
    Counts counts;
    if (tree.root != pages::no_page) {
      walk_page(tree.root, kind, tree.depth, counts);
    }
    if (counts.has_gap) {
      return false;
    }
    return looks_good([&] {
      if (counts.branches != tree.branch_pages || counts.leaves != tree.leaf_pages ||
          counts.entries != tree.entries) {
        file_.refuse(described_on, "it counts other pages or entries of a tree than there are");
      }
    });
  }

  void walk_page(std::uint64_t number, TreeKind kind, unsigned depth, Counts& counts) {
    if (is_over()) {
      return;
    }
    if (goes_on_ && !goes_on_()) {
      stopped_ = true;
      return;
    }
    std::shared_ptr<const TreePage> page;
    if (!looks_good([&] {
          page = file_.load(number, kind, depth == 1);
          use(number);
        })) {
      counts.has_gap = true;
      return;
    }
    if (page->is_leaf()) {
      ++counts.leaves;
      counts.entries += page->count();
      walk_leaf(*page);
      return;
    }
    ++counts.branches;
    for (std::size_t node = 0; node < page->count(); ++node) {
      walk_page(page->child(node), kind, depth - 1, counts);
    }
  }

  void walk_leaf(const TreePage& page) {
    for (std::size_t node = 0; node < page.count(); ++node) {
      if (page.flags(node) == pages::sub_database) {
        pages::Database table{};
        if (looks_good([&] { table = file_.table_of(page.data(node), page.number()); })) {
          (void)walk_tree(table, TreeKind::table, page.number());
        }
      } else if (page.flags(node) == pages::big_data) {
        (void)looks_good([&] { use_overflow(page, node); });
      }
    }
  }

  void use_overflow(const TreePage& page, std::size_t node) {
    std::uint64_t first = 0;
    std::memcpy(&first, page.data(node).data(), sizeof(first));
    const auto count = file_.check_overflow(first, page.data_bytes(node));
    for (std::uint64_t each = first; each < first + count; ++each) {
      use(each);
    }
  }

  const PageFile& file_;
  const std::function<bool()>& goes_on_;
  std::vector<bool> used_;
  std::vector<std::string> problems_;
  bool stopped_ = false;
};

struct Tree {
  pages::Database root;
  TreeKind kind;
};

/// In the order in which they are checked.
std::vector<Tree> all_trees(const PageFile& file) {
  std::vector<Tree> all{{file.header().free, TreeKind::free}, {file.header().main, TreeKind::main}};
  const StoreTrees trees = find_trees(file);
  all.push_back({trees.journal, TreeKind::table});
  for (const pages::Database& table : trees.rows) {
    all.push_back({table, TreeKind::table});
  }
  return all;
}

/// The first of them: LMDB's free pages, and the names of the tables.
constexpr std::size_t own_trees = 2;

void check_roots(const PageFile& file, const std::vector<Tree>& trees) {
  for (const Tree& tree : trees) {
    if (tree.root.root != pages::no_page) {
      (void)file.load(tree.root.root, tree.kind, tree.root.depth == 1);
    }
  }
}

/// False if it was told to stop.
bool check_tree(const PageFile& file, const Tree& tree, std::string& key,
                const std::function<bool()>& goes_on) {
  PageCursor rows(file, tree.root, tree.kind);
  std::uint64_t page = 0;
  for (bool more = rows.seek(key); more; more = rows.next()) {
    if (rows.page() != page) {
      if (page != 0 && !goes_on()) {
        key = rows.key();
        return false;
      }
      page = rows.page();
    }
    rows.check_value();
    if (tree.kind == TreeKind::free) {
      (void)read_free_pages(file, rows);
    }
  }
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> check_all_pages(const std::filesystem::path& path,
                                                        const std::function<bool()>& goes_on) {
  try {
    const PageFile file(path);
    PageWalk walk(file, goes_on);
    walk.run();
    if (walk.was_stopped()) {
      return std::nullopt;
    }
    auto problems = std::move(walk).take_problems();
    if (problems.size() >= PageWalk::most_problems) {
      problems.back() += "; there may be more";
    }
    return problems;
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    return std::vector{failed.error().message};  // its header
  }
}

void check_more_pages(const std::filesystem::path& path, PagesChecked& checked,
                      const std::function<bool()>& goes_on) {
  const PageFile file(path);
  const auto trees = all_trees(file);
  if (checked.trees == 0 && checked.key.empty()) {
    check_roots(file, trees);
  }
  while (checked.trees < trees.size()) {
    try {
      if (!check_tree(file, trees[checked.trees], checked.key, goes_on)) {
        return;
      }
    } catch (const StorageFailure& failed) {
      // What could not be read for now is left for the next piece.
      if (failed.error().kind == ProviderError::Kind::corrupt) {
        ++checked.trees;
        checked.key.clear();
      }
      throw;
    }
    ++checked.trees;
    checked.key.clear();
  }
  checked.done = true;
}

namespace {

/// Makes a file as long as the pages that its header counts. False if that cannot be.
bool lengthen(const std::filesystem::path& path) {
  const PageFile file(path);
  if (!file.is_short()) {
    return true;
  }
  const model::FileDescriptor writes(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  const std::uint64_t bytes = (file.header().last_page + 1) * file.page_bytes();
  return writes.is_open() && ::ftruncate(writes.get(), static_cast<off_t>(bytes)) == 0;
}

}  // namespace

PagesChecked check_at_opening(const std::filesystem::path& directory,
                              std::chrono::milliseconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  PagesChecked checked;
  check_more_pages(directory / "data.mdb", checked,
                   [end] { return std::chrono::steady_clock::now() < end; });
  // A page that is not there would end the process when LMDB's map comes to it; one of zeros is damage
  // like any other. If all pages in use were found, there is none of either.
  // LMDB's own two trees are looked at to their end: every commit would meet what is wrong there.
  while (checked.trees < own_trees) {
    check_more_pages(directory / "data.mdb", checked,
                     [&checked] { return checked.trees < own_trees; });
  }
  if (!checked.done && !lengthen(directory / "data.mdb")) {
    while (!checked.done) {
      check_more_pages(directory / "data.mdb", checked, [] { return true; });
    }
  }
  return checked;
}

}  // namespace duroxide::storage
