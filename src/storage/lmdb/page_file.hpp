#pragma once

// An LMDB file that is read by page, without LMDB and without its map: LMDB believes what stands on a
// page and ends the process over much that makes no sense. Here damage is an error.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/file_descriptor.hpp"
#include "storage/common.hpp"
#include "storage/lmdb/page_layout.hpp"

namespace duroxide::storage {

/// What the keys of a tree are, and what its leaves may hold.
enum class TreeKind : std::uint8_t {
  free,   ///< by number: lists of the pages that nobody uses
  main,   ///< by name: the tables
  table,  ///< by bytes: rows
};

/// A page of a tree. It is read only if `check` finds no flaw, as all that `PageFile` gives: nodes, keys
/// and data lie within it, and the keys ascend.
class TreePage {
 public:
  TreePage(std::uint64_t number, std::vector<char> bytes)
      : number_(number), bytes_(std::move(bytes)) {}

  /// The page is whole.
  [[nodiscard]] model::Checked check(TreeKind kind, bool leaf_expected) const;
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] bool is_leaf() const;
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::string_view key(std::size_t node) const;
  /// Of a branch.
  [[nodiscard]] std::uint64_t child(std::size_t node) const;
  // Of a leaf.
  [[nodiscard]] std::uint16_t flags(std::size_t node) const;
  [[nodiscard]] std::uint64_t data_bytes(std::size_t node) const;
  /// What lies on this page; of a large value only where it lies.
  [[nodiscard]] std::string_view data(std::size_t node) const;

 private:
  [[nodiscard]] model::Checked check_node(TreeKind kind, std::size_t node) const;
  [[nodiscard]] std::size_t offset(std::size_t node) const;
  template <class T>
  [[nodiscard]] T read(std::size_t at) const;

  std::uint64_t number_;
  std::vector<char> bytes_;
};

/// Which of two keys of a tree comes first.
[[nodiscard]] int compare_keys(TreeKind kind, std::string_view a, std::string_view b);

/// The file as its newest header has it. All throw `StorageFailure`: `corrupt`, with file and page,
/// or what kept it from reading. A writer may be at work if a snapshot of LMDB was taken before this
/// was made, and is held as long: then no page that this header leads to is used anew.
class PageFile {
 public:
  explicit PageFile(const std::filesystem::path& file);

  [[nodiscard]] const pages::Meta& header() const { return header_; }
  [[nodiscard]] std::uint64_t page_bytes() const { return page_bytes_; }
  /// Whether the file is shorter than the pages that its header counts. It may be: what was allotted
  /// and given back within one transaction is never written.
  [[nodiscard]] bool is_short() const { return header_.last_page >= pages_; }
  [[nodiscard]] std::uint64_t pages() const { return pages_; }

  [[nodiscard]] std::shared_ptr<const TreePage> load(std::uint64_t number, TreeKind kind,
                                                     bool leaf_expected) const;
  /// That the pages of a large value are there, and say so. Returns how many they are.
  std::uint64_t check_overflow(std::uint64_t number, std::uint64_t data_bytes) const;
  [[nodiscard]] std::string read_overflow(std::uint64_t number, std::uint64_t data_bytes) const;
  /// A table as the main tree describes it.
  [[nodiscard]] pages::Database table_of(std::string_view description, std::uint64_t page) const;
  [[noreturn]] void refuse(std::uint64_t page, const std::string& why) const;

 private:
  void read_header();
  [[nodiscard]] bool read_meta(std::uint64_t page, pages::Meta& meta) const;
  /// Success is 0; otherwise `past_end`, or the `errno` with which the disk refuses these bytes. Throws
  /// for what says nothing of the file, such as a lack of memory.
  [[nodiscard]] int read_at(std::uint64_t offset, char* target, std::size_t bytes) const;
  static constexpr int past_end = -1;
  /// The same for the header, without which nothing of the file can be told: a disk that refuses it is
  /// an error of the disk, not damage. False if the file is shorter.
  [[nodiscard]] bool read_of_header(std::uint64_t offset, char* target, std::size_t bytes) const;
  /// A page that `read_at` could not read.
  [[noreturn]] void refuse_unread(std::uint64_t page, int code, const std::string& missing) const;
  [[noreturn]] void refuse_empty() const;
  [[noreturn]] void refuse_file(const std::string& why) const;
  void check_database(const pages::Database& database, std::uint64_t page) const;

  std::filesystem::path path_;
  model::FileDescriptor file_;
  std::uint64_t page_bytes_ = 0;
  std::uint64_t pages_ = 0;
  pages::Meta header_{};
};

}  // namespace duroxide::storage
