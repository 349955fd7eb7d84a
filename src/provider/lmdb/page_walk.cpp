#include "provider/lmdb/page_walk.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <duroxide/result.hpp>

#include "provider/lmdb/lmdb_error.hpp"

namespace duroxide::storage {

namespace {

// The layout of LMDB 0.9's data files (version 1) on 64-bit machines.
static_assert(sizeof(std::size_t) == 8);

constexpr std::uint32_t magic = 0xBEEFC0DE;
constexpr std::uint32_t data_version = 1;
constexpr std::size_t page_header_bytes = 16;
constexpr std::size_t node_header_bytes = 8;
constexpr std::uint16_t branch_page = 0x01;
constexpr std::uint16_t leaf_page = 0x02;
constexpr std::uint16_t overflow_page = 0x04;
constexpr std::uint16_t fixed_size_leaf = 0x20;
constexpr std::uint16_t big_data = 0x01;
constexpr std::uint16_t sub_database = 0x02;
constexpr std::uint64_t no_page = ~std::uint64_t{0};

struct Database {
  std::uint32_t pad;
  std::uint16_t flags;
  std::uint16_t depth;
  std::uint64_t branch_pages;
  std::uint64_t leaf_pages;
  std::uint64_t overflow_pages;
  std::uint64_t entries;
  std::uint64_t root;
};

struct Meta {
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t address;
  std::uint64_t map_size;
  Database free;
  Database main;
  std::uint64_t last_page;
  std::uint64_t transaction;
};

class Walk {
 public:
  Walk(int file, std::uint64_t page_bytes, std::uint64_t pages, std::function<bool()> goes_on = {})
      : file_(file), page_bytes_(page_bytes), pages_(pages), goes_on_(std::move(goes_on)) {}

  /// Whether every page of the tree is there, and is what it should be.
  [[nodiscard]] bool whole(const Database& database) {
    return database.root == no_page || whole_page(database.root, 0);
  }
  /// The page that was not, after `whole` has said so.
  [[nodiscard]] std::uint64_t last_page() const { return last_page_; }
  [[nodiscard]] bool was_stopped() const { return stopped_; }

 private:
  static constexpr int deepest = 64;

  template <class T>
  [[nodiscard]] static bool read(const std::vector<char>& page, std::size_t offset, T& value) {
    if (offset + sizeof(T) > page.size()) {
      return false;
    }
    std::memcpy(&value, page.data() + offset, sizeof(T));
    return true;
  }

  [[nodiscard]] bool whole_page(std::uint64_t number, int depth) {
    last_page_ = number;
    if (goes_on_ && !goes_on_()) {
      stopped_ = true;
      return false;
    }
    std::vector<char> page(page_bytes_);
    std::uint64_t own_number = 0;
    // No page belongs to two others, so more pages than there are means that the tree has a loop.
    if (number >= pages_ || depth > deepest || ++visited_ > pages_ ||
        ::pread(file_, page.data(), page.size(), static_cast<off_t>(number * page_bytes_)) !=
            static_cast<ssize_t>(page.size()) ||
        !read(page, 0, own_number) || own_number != number) {
      return false;
    }
    std::uint16_t flags = 0;
    std::uint16_t lower = 0;
    if (!read(page, 10, flags) || !read(page, 12, lower) || lower < page_header_bytes) {
      return false;
    }
    if ((flags & (branch_page | leaf_page)) == 0) {
      return false;
    }
    if ((flags & fixed_size_leaf) != 0) {
      return true;
    }
    const std::size_t nodes = (lower - page_header_bytes) / 2;
    for (std::size_t node = 0; node < nodes; ++node) {
      std::uint16_t offset = 0;
      if (!read(page, page_header_bytes + node * 2, offset) ||
          !whole_node(page, offset, (flags & branch_page) != 0, depth)) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] bool whole_node(const std::vector<char>& page, std::size_t offset, bool branch,
                                int depth) {
    std::uint16_t low = 0;
    std::uint16_t high = 0;
    std::uint16_t flags = 0;
    std::uint16_t key_bytes = 0;
    if (!read(page, offset, low) || !read(page, offset + 2, high) ||
        !read(page, offset + 4, flags) || !read(page, offset + 6, key_bytes)) {
      return false;
    }
    const std::uint64_t number = low | (std::uint64_t{high} << 16);
    if (branch) {
      return whole_page(number | (std::uint64_t{flags} << 32), depth + 1);
    }
    const std::size_t data = offset + node_header_bytes + key_bytes;
    if ((flags & big_data) != 0) {
      std::uint64_t first = 0;
      const std::uint64_t count = (number + page_header_bytes + page_bytes_ - 1) / page_bytes_;
      return read(page, data, first) && first < pages_ && count <= pages_ - first &&
             begins_overflow(first, count);
    }
    if ((flags & sub_database) != 0) {
      Database database{};
      return read(page, data, database) &&
             (database.root == no_page || whole_page(database.root, depth + 1));
    }
    return data + number <= page.size();
  }

  [[nodiscard]] bool begins_overflow(std::uint64_t number, std::uint64_t count) {
    std::vector<char> header(page_header_bytes);
    std::uint64_t own_number = 0;
    std::uint16_t flags = 0;
    std::uint32_t pages = 0;
    const bool is_one =
        ::pread(file_, header.data(), header.size(), static_cast<off_t>(number * page_bytes_)) ==
            static_cast<ssize_t>(header.size()) &&
        read(header, 0, own_number) && own_number == number && read(header, 10, flags) &&
        (flags & overflow_page) != 0 && read(header, 12, pages) && pages == count;
    if (!is_one) {
      last_page_ = number;
    }
    return is_one;
  }

  int file_;
  std::uint64_t page_bytes_;
  std::uint64_t pages_;
  std::function<bool()> goes_on_;
  std::uint64_t visited_ = 0;
  std::uint64_t last_page_ = 0;
  bool stopped_ = false;
};

class File {
 public:
  explicit File(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) {
      throw lmdb_failure(errno, "reading `" + path.string() + "`");
    }
  }
  ~File() { ::close(file_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int get() const { return file_; }
  [[nodiscard]] std::uint64_t size() const {
    struct stat info {};
    return ::fstat(file_, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
  }
  [[nodiscard]] bool read_meta(std::uint64_t offset, Meta& meta) const {
    return ::pread(file_, &meta, sizeof(meta), static_cast<off_t>(offset + page_header_bytes)) ==
               static_cast<ssize_t>(sizeof(meta)) &&
           meta.magic == magic && meta.version == data_version;
  }

 private:
  int file_;
};

}  // namespace

namespace {

struct Header {
  std::uint64_t page_bytes = 0;
  std::uint64_t pages = 0;  ///< that the file has
  Meta newest;
};

/// The error says what is wrong with it.
Result<Header, std::string> read_header(const File& file) {
  Meta first{};
  Meta second{};
  if (!file.read_meta(0, first)) {
    return failure(std::string("it is not an LMDB database"));
  }
  const std::uint64_t page_bytes = first.free.pad;
  if (page_bytes < 512 || page_bytes > 65536 || (page_bytes & (page_bytes - 1)) != 0) {
    return failure(std::string("its header makes no sense"));
  }
  if (file.size() < 2 * page_bytes || !file.read_meta(page_bytes, second)) {
    return failure(std::string("its header is cut off or damaged"));
  }
  return Header{page_bytes, file.size() / page_bytes,
                first.transaction > second.transaction ? first : second};
}

}  // namespace

std::string check_pages(const std::filesystem::path& path) {
  const File file(path);
  const auto header = read_header(file);
  if (!header) {
    return header.error();
  }
  const auto& [page_bytes, pages, newest] = *header;
  if (newest.last_page < pages) {
    return {};
  }
  Walk walk(file.get(), page_bytes, pages);
  if (!walk.whole(newest.free) || !walk.whole(newest.main)) {
    return "it is cut off: it has " + std::to_string(pages) + " pages of " +
           std::to_string(newest.last_page + 1);
  }
  return {};
}

std::optional<std::string> check_all_pages(const std::filesystem::path& path,
                                           const std::function<bool()>& goes_on) {
  const File file(path);
  const auto header = read_header(file);
  if (!header) {
    return header.error();
  }
  const auto& [page_bytes, pages, newest] = *header;
  // One walk for both trees, as they have no page in common either.
  Walk walk(file.get(), page_bytes, pages, goes_on);
  if (walk.whole(newest.free) && walk.whole(newest.main)) {
    return std::string();
  }
  if (walk.was_stopped()) {
    return std::nullopt;
  }
  return "page " + std::to_string(walk.last_page()) + " is not what the one above it says";
}

}  // namespace duroxide::storage
