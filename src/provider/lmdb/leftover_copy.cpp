#include "provider/lmdb/leftover_copy.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <unistd.h>

#include "provider/lmdb/lmdb_view.hpp"

namespace duroxide::storage {

namespace {

// Where things stand in a data file of LMDB 0.9 on a 64-bit machine: each of its first two pages
// begins with a header of 16 bytes, and goes on with magic, version, address and size of the map, the
// roots of the tree of free pages and of the main one, the last page and the transaction.
struct Layout {
  static constexpr std::size_t magic = 16;
  static constexpr std::size_t page_bytes = 40;
  static constexpr std::size_t main_entries = 120;
  static constexpr std::size_t main_root = 128;
  static constexpr std::size_t transaction = 144;
  static constexpr std::size_t page_flags = 10;
  static constexpr std::size_t end_of_offsets = 12;
  static constexpr std::size_t offsets = 16;   ///< of the nodes in a page
  static constexpr std::size_t key_bytes = 6;  ///< in a node
  static constexpr std::size_t key = 8;        ///< in a node
};
constexpr std::uint32_t lmdb_magic = 0xBEEFC0DE;
constexpr std::uint16_t leaf_flag = 0x02;

template <class T>
T value_at(std::string_view bytes, std::size_t offset) {
  T value{};
  if (offset + sizeof(T) <= bytes.size()) {
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
  }
  return value;
}

std::string bytes_of(int file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t got = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
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

/// Whether the page is a leaf and all its keys are names of our tables.
bool holds_our_tables(std::string_view page) {
  if ((value_at<std::uint16_t>(page, Layout::page_flags) & leaf_flag) == 0) {
    return false;
  }
  const std::size_t end = value_at<std::uint16_t>(page, Layout::end_of_offsets);
  for (std::size_t at = Layout::offsets; at + 1 < end; at += 2) {
    const std::size_t node = value_at<std::uint16_t>(page, at);
    const std::size_t size = value_at<std::uint16_t>(page, node + Layout::key_bytes);
    const std::size_t key = node + Layout::key;
    if (key + size > page.size() || !is_name_of_ours(page.substr(key, size))) {
      return false;
    }
  }
  return end > Layout::offsets;
}

}  // namespace

bool is_leftover_copy(int file) {
  constexpr std::size_t largest_page = 65536;
  const std::string first = bytes_of(file, 0, largest_page);
  if (std::all_of(first.begin(), first.end(), [](char byte) { return byte == '\0'; })) {
    return true;
  }
  const std::size_t page_bytes = value_at<std::uint32_t>(first, Layout::page_bytes);
  if (value_at<std::uint32_t>(first, Layout::magic) != lmdb_magic || page_bytes == 0 ||
      page_bytes > largest_page) {
    return false;
  }
  const std::string second = bytes_of(file, page_bytes, page_bytes);
  const std::string_view newest = value_at<std::uint64_t>(second, Layout::transaction) >
                                          value_at<std::uint64_t>(first, Layout::transaction)
                                      ? second
                                      : first;
  if (value_at<std::uint64_t>(newest, Layout::main_entries) == 0) {
    return true;
  }
  const auto root = value_at<std::uint64_t>(newest, Layout::main_root);
  return holds_our_tables(bytes_of(file, root * page_bytes, page_bytes));
}

}  // namespace duroxide::storage
