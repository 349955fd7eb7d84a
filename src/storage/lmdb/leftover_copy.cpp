#include "storage/lmdb/leftover_copy.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "storage/lmdb/lmdb_view.hpp"
#include "storage/lmdb/page_file.hpp"

namespace duroxide::storage {

namespace {

constexpr std::size_t largest_page = 65536;

/// Fewer where the file ends.
std::vector<char> bytes_of(int file, std::uint64_t offset, std::size_t size) {
  std::vector<char> bytes(size);
  const ssize_t got = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

/// The header that a page holds; zeros for what is not there of it.
pages::Meta meta_of(const std::vector<char>& page) {
  pages::Meta meta{};
  if (page.size() > pages::header_bytes) {
    std::memcpy(&meta, page.data() + pages::header_bytes,
                std::min(sizeof(meta), page.size() - pages::header_bytes));
  }
  return meta;
}

bool is_name_of_ours(std::string_view name) {
  if (name == journal_name) {
    return true;
  }
  for (std::size_t table = 0; table < table_count; ++table) {
    if (name == to_string(static_cast<Table>(table))) {
      return true;
    }
  }
  return false;
}

/// Whether all that this page of the main tree holds are tables that bear our names.
bool holds_our_tables(const TreePage& page) {
  if (!page.check(TreeKind::main, true)) {
    return false;
  }
  for (std::size_t node = 0; node < page.count(); ++node) {
    if (!is_name_of_ours(page.key(node))) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_leftover_copy(int file) {
  const auto first_page = bytes_of(file, 0, largest_page);
  if (std::all_of(first_page.begin(), first_page.end(), [](char byte) { return byte == '\0'; })) {
    return true;
  }
  const auto first = meta_of(first_page);
  const std::size_t page_bytes = first.free.pad;
  if (first.magic != pages::magic || page_bytes < 512 || page_bytes > largest_page) {
    return false;
  }
  const auto second = meta_of(bytes_of(file, page_bytes, page_bytes));
  const auto& newest = second.transaction > first.transaction ? second : first;
  if (newest.main.entries == 0) {
    return true;
  }
  auto root = bytes_of(file, newest.main.root * page_bytes, page_bytes);
  return root.size() == page_bytes && holds_our_tables(TreePage(newest.main.root, std::move(root)));
}

}  // namespace duroxide::storage
