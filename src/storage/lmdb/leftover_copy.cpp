#include "storage/lmdb/leftover_copy.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "storage/lmdb/lmdb_error.hpp"
#include "storage/lmdb/lmdb_view.hpp"
#include "storage/lmdb/page_file.hpp"

namespace duroxide::storage {

namespace {

constexpr std::size_t smallest_page = 512;
constexpr std::size_t largest_page = 65536;

/// Fewer where the file ends. Throws if it cannot be read: it may be anybody's.
std::vector<char> bytes_of(int file, std::uint64_t offset, std::size_t size) {
  std::vector<char> bytes(size);
  ssize_t got = -1;
  do {
    got = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    throw lmdb_failure(errno, "reading a file that may be left of a copy");
  }
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

/// Also where there is nothing.
bool is_zero(const std::vector<char>& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == '\0'; });
}

/// The header that a page holds; none if it holds something else, or is not there whole.
std::optional<pages::Meta> header_of(const std::vector<char>& page) {
  pages::Meta meta{};
  if (page.size() < pages::header_bytes + sizeof(meta)) {
    return std::nullopt;
  }
  std::memcpy(&meta, page.data() + pages::header_bytes, sizeof(meta));
  const bool is_header =
      meta.magic == pages::magic && meta.free.pad >= smallest_page && meta.free.pad <= largest_page;
  return is_header ? std::optional(meta) : std::nullopt;
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
  const auto start = header_of(bytes_of(file, 0, largest_page));
  const auto page_bytes =
      start ? start->free.pad : static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  // A loss of power leaves any pages of a file that nobody has flushed, and zeros for the others.
  std::optional<pages::Meta> newest;
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{page_bytes}}) {
    const auto page = bytes_of(file, offset, page_bytes);
    const auto header = header_of(page);
    if (!header && !is_zero(page)) {
      return false;
    }
    if (header && (!newest || header->transaction > newest->transaction)) {
      newest = header;
    }
  }
  if (!newest || newest->main.entries == 0) {
    return true;
  }
  auto root = bytes_of(file, newest->main.root * page_bytes, page_bytes);
  return is_zero(root) || (root.size() == page_bytes &&
                           holds_our_tables(TreePage(newest->main.root, std::move(root))));
}

}  // namespace duroxide::storage
