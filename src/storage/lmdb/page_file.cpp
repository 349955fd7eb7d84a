#include "storage/lmdb/page_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/lmdb/lmdb_error.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

namespace {

constexpr const char* remedy =
    "; open it for reading only and export what can be read, or restore a backup";
constexpr const char* large_is_missing = "the pages of a large value are not there";

bool same(const pages::Meta& a, const pages::Meta& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

}  // namespace

PageFile::PageFile(const std::filesystem::path& file)
    : path_(file), file_(open_file(file, O_RDONLY)) {
  if (!file_.is_open()) {
    throw lmdb_failure(ENOENT, "reading `" + file.string() + "`");
  }
  read_header();
}

int PageFile::read_at(std::uint64_t offset, char* target, std::size_t bytes) const {
  while (bytes > 0) {
    const auto got = ::pread(file_.get(), target, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == ENOMEM)) {
      throw lmdb_failure(errno, "reading `" + path_.string() + "`");  // it says nothing of the page
    }
    if (got <= 0) {
      return got < 0 ? errno : past_end;
    }
    target += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
  return 0;
}

bool PageFile::read_of_header(std::uint64_t offset, char* target, std::size_t bytes) const {
  const int code = read_at(offset, target, bytes);
  if (code > 0) {
    throw lmdb_failure(code, "reading the header of `" + path_.string() + "`");
  }
  return code == 0;
}

void PageFile::refuse_unread(std::uint64_t page, int code, const std::string& missing) const {
  if (code > 0) {
    throw StorageFailure(
        ProviderError::Kind::corrupt,
        "page " + std::to_string(page) + " of `" + path_.string() +
            "` cannot be read from the disk: " + std::generic_category().message(code) + remedy);
  }
  refuse(page, missing);
}

void PageFile::refuse_file(const std::string& why) const {
  throw StorageFailure(ProviderError::Kind::corrupt,
                       "`" + path_.string() + "` cannot be read: " + why + remedy);
}

void PageFile::refuse_empty() const {
  throw StorageFailure(ProviderError::Kind::corrupt,
                       "`" + path_.string() +
                           "` is empty: its contents were lost, or its making was cut off before "
                           "anything was written. "
                           "Restore a backup; or delete the file if there never was a store here");
}

void PageFile::refuse(std::uint64_t page, const std::string& why) const {
  throw StorageFailure(ProviderError::Kind::corrupt, "`" + path_.string() + "` is damaged: page " +
                                                         std::to_string(page) +
                                                         " makes no sense: " + why + remedy);
}

bool PageFile::read_meta(std::uint64_t page, pages::Meta& meta) const {
  const std::uint64_t at = page * page_bytes_;
  std::uint16_t flags = 0;
  pages::Meta once{};
  // A writer may be changing it; two readings that agree were of one moment.
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (!read_of_header(at + 10, reinterpret_cast<char*>(&flags), sizeof(flags)) ||
        !read_of_header(at + pages::header_bytes, reinterpret_cast<char*>(&once), sizeof(once)) ||
        !read_of_header(at + pages::header_bytes, reinterpret_cast<char*>(&meta), sizeof(meta))) {
      return false;
    }
    if (same(once, meta)) {
      return (flags & pages::meta) != 0 && meta.magic == pages::magic &&
             meta.version == pages::data_version;
    }
  }
  return false;
}

void PageFile::read_header() {
  pages::Meta first{};
  pages::Meta second{};
  char any = 0;
  if (!read_of_header(0, &any, 1)) {
    refuse_empty();
  }
  if (!read_meta(0, first)) {
    refuse_file("it is not an LMDB database, or its first header is damaged");
  }
  page_bytes_ = first.free.pad;
  if (page_bytes_ < 512 || page_bytes_ > 65536 || (page_bytes_ & (page_bytes_ - 1)) != 0) {
    refuse_file("its header makes no sense");
  }
  if (!read_meta(1, second) || second.free.pad != page_bytes_) {
    refuse_file("its header is cut off or damaged");
  }
  // Behind the headers: the file only grows, and what they lead to is written before them.
  struct stat info {};
  if (::fstat(file_.get(), &info) != 0) {
    throw lmdb_failure(errno, "reading `" + path_.string() + "`");
  }
  pages_ = static_cast<std::uint64_t>(info.st_size) / page_bytes_;
  for (const pages::Meta& each : {first, second}) {
    if (each.map_size / page_bytes_ < each.last_page || each.map_size > (std::uint64_t{1} << 47)) {
      refuse_file("its header makes no sense");
    }
  }
  header_ = first.transaction >= second.transaction ? first : second;
  check_database(header_.free, 0);
  check_database(header_.main, 0);
}

void PageFile::check_database(const pages::Database& database, std::uint64_t page) const {
  const bool is_free = &database == &header_.free;
  const bool empty = database.root == pages::no_page;
  if ((database.flags & pages::unused_orders) != 0 ||
      ((database.flags & pages::by_number) != 0) != is_free || empty != (database.depth == 0) ||
      database.depth > pages::deepest ||
      (!empty && (database.root < pages::first_page || database.root > header_.last_page))) {
    refuse(page, "what it says of a tree makes no sense");
  }
}

pages::Database PageFile::table_of(std::string_view description, std::uint64_t page) const {
  pages::Database database{};
  std::memcpy(&database, description.data(), std::min(description.size(), sizeof(database)));
  check_database(database, page);
  return database;
}

std::shared_ptr<const TreePage> PageFile::load(std::uint64_t number, TreeKind kind,
                                               bool leaf_expected) const {
  std::vector<char> bytes(page_bytes_);
  const bool is_counted = number >= pages::first_page && number <= header_.last_page;
  const int code =
      is_counted ? read_at(number * page_bytes_, bytes.data(), bytes.size()) : past_end;
  if (code != 0) {
    refuse_unread(number, code,
                  "it is not there, the file has " + std::to_string(pages_) + " of " +
                      std::to_string(header_.last_page + 1));
  }
  if (std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == '\0'; })) {
    refuse(number, "it holds nothing but zeros, as if it had never been written");
  }
  auto page = std::make_shared<const TreePage>(number, std::move(bytes));
  if (const auto checked = page->check(kind, leaf_expected); !checked) {
    refuse(number, checked.error().what);
  }
  return page;
}

std::uint64_t PageFile::check_overflow(std::uint64_t number, std::uint64_t data_bytes) const {
  const std::uint64_t count = (data_bytes + pages::header_bytes + page_bytes_ - 1) / page_bytes_;
  char header[pages::header_bytes] = {};
  std::uint64_t own_number = 0;
  std::uint16_t flags = 0;
  std::uint32_t own_count = 0;
  const bool are_counted = number >= pages::first_page && number <= header_.last_page &&
                           count <= header_.last_page + 1 - number && number + count <= pages_;
  const int code = are_counted ? read_at(number * page_bytes_, header, sizeof(header)) : past_end;
  if (code != 0) {
    refuse_unread(number, code, large_is_missing);
  }
  std::memcpy(&own_number, header, sizeof(own_number));
  std::memcpy(&flags, header + 10, sizeof(flags));
  std::memcpy(&own_count, header + 12, sizeof(own_count));
  if (own_number != number || (flags & ~unsigned{pages::of_memory}) != pages::overflow ||
      own_count != count) {
    refuse(number, "it should be the first of a large value");
  }
  return count;
}

std::string PageFile::read_overflow(std::uint64_t number, std::uint64_t data_bytes) const {
  (void)check_overflow(number, data_bytes);
  std::string value(data_bytes, '\0');
  const auto at = number * page_bytes_ + pages::header_bytes;
  if (const int code = read_at(at, value.data(), value.size()); code != 0) {
    refuse_unread(number, code, large_is_missing);
  }
  return value;
}

}  // namespace duroxide::storage
