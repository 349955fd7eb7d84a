// Whether a page of a tree makes sense by itself.

#include <algorithm>
#include <cstring>

#include "storage/lmdb/page_file.hpp"

namespace duroxide::storage {

template <class T>
T TreePage::read(std::size_t at) const {
  T value{};
  std::memcpy(&value, bytes_.data() + at, sizeof(T));
  return value;
}

bool TreePage::is_leaf() const {
  return (read<std::uint16_t>(10) & pages::leaf) != 0;
}

std::size_t TreePage::count() const {
  return (read<std::uint16_t>(12) - pages::header_bytes) / 2;
}

std::size_t TreePage::offset(std::size_t node) const {
  return read<std::uint16_t>(pages::header_bytes + node * 2);
}

std::string_view TreePage::key(std::size_t node) const {
  const auto at = offset(node);
  return {bytes_.data() + at + pages::node_header_bytes, read<std::uint16_t>(at + 6)};
}

std::uint64_t TreePage::child(std::size_t node) const {
  const auto at = offset(node);
  return read<std::uint16_t>(at) | (std::uint64_t{read<std::uint16_t>(at + 2)} << 16) |
         (std::uint64_t{read<std::uint16_t>(at + 4)} << 32);
}

std::uint16_t TreePage::flags(std::size_t node) const {
  return read<std::uint16_t>(offset(node) + 4);
}

std::uint64_t TreePage::data_bytes(std::size_t node) const {
  const auto at = offset(node);
  return read<std::uint16_t>(at) | (std::uint64_t{read<std::uint16_t>(at + 2)} << 16);
}

std::string_view TreePage::data(std::size_t node) const {
  const auto at = offset(node) + pages::node_header_bytes + key(node).size();
  const bool elsewhere = (flags(node) & pages::big_data) != 0;
  return {bytes_.data() + at, elsewhere ? sizeof(std::uint64_t) : data_bytes(node)};
}

int compare_keys(TreeKind kind, std::string_view a, std::string_view b) {
  if (kind != TreeKind::free) {
    return a.compare(b);
  }
  std::uint64_t left = 0;
  std::uint64_t right = 0;
  std::memcpy(&left, a.data(), std::min(a.size(), sizeof(left)));
  std::memcpy(&right, b.data(), std::min(b.size(), sizeof(right)));
  return left < right ? -1 : static_cast<int>(left > right);
}

model::Checked TreePage::check(TreeKind kind, bool leaf_expected) const {
  if (read<std::uint64_t>(0) != number_) {
    return model::flaw("it does not bear its number");
  }
  const unsigned sort = read<std::uint16_t>(10) & ~unsigned{pages::of_memory};
  if (sort != (leaf_expected ? pages::leaf : pages::branch)) {
    return model::flaw(leaf_expected ? "it should be a leaf" : "it should be a branch");
  }
  const std::size_t lower = read<std::uint16_t>(12);
  const std::size_t upper = read<std::uint16_t>(14);
  if (lower < pages::header_bytes || lower % 2 != 0 || lower > upper || upper > bytes_.size()) {
    return model::flaw("its bounds make no sense");
  }
  // LMDB relies on two nodes in a branch, but for the tree of free pages.
  const std::size_t fewest = leaf_expected || kind == TreeKind::free ? 1 : 2;
  if (count() < fewest) {
    return model::flaw("it has too few nodes");
  }
  for (std::size_t node = 0; node < count(); ++node) {
    if (const auto checked = check_node(kind, node); !checked) {
      return model::flaw("node " + std::to_string(node) + " " + checked.error().what);
    }
  }
  return {};
}

model::Checked TreePage::check_node(TreeKind kind, std::size_t node) const {
  const std::size_t at = offset(node);
  if (at < read<std::uint16_t>(14) || at + pages::node_header_bytes > bytes_.size() ||
      at + pages::node_header_bytes + read<std::uint16_t>(at + 6) > bytes_.size()) {
    return model::flaw("lies outside of it");
  }
  const std::size_t key_bytes = key(node).size();
  if (!is_leaf() && node == 0) {
    return {};  // its key stands for everything below
  }
  if (key_bytes == 0 || key_bytes > pages::longest_key ||
      (kind == TreeKind::free && key_bytes != sizeof(std::uint64_t))) {
    return model::flaw("has a key of " + std::to_string(key_bytes) + " bytes");
  }
  if (node > (is_leaf() ? 0U : 1U) && compare_keys(kind, key(node - 1), key(node)) >= 0) {
    return model::flaw("does not follow the one before");
  }
  if (!is_leaf()) {
    return {};
  }
  const bool holds_table = kind == TreeKind::main && flags(node) == pages::sub_database;
  if (!holds_table && flags(node) != 0 && flags(node) != pages::big_data) {
    return model::flaw("is of an unknown kind");
  }
  const std::size_t data_at = at + pages::node_header_bytes + key_bytes;
  if (data_at + data(node).size() > bytes_.size() ||
      (holds_table && data(node).size() != sizeof(pages::Database))) {
    return model::flaw("has data that lie outside of it");
  }
  return {};
}

}  // namespace duroxide::storage
