#pragma once

// A disk that loses its power.

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "power/disk_file.hpp"

namespace duroxide::power {

/// Files with what is in them, and directories, by their paths below the root.
struct Tree {
  std::map<std::string, std::string> files;
  std::set<std::string> directories;

  bool operator==(const Tree&) const = default;
};

/// The tree below a directory, without what a loss of power does not concern: see `is_followed`.
[[nodiscard]] Tree read_tree(const std::filesystem::path& directory);
/// Makes it below a directory, which must exist and be empty.
void write_tree(const Tree& tree, const std::filesystem::path& directory);
/// How two trees differ, in a line; empty if they do not.
[[nodiscard]] std::string difference(const Tree& expected, const Tree& found);

/// False for the lock file of LMDB, which the next process to open the store makes anew whatever is
/// in it, and for sockets.
[[nodiscard]] bool is_followed(const std::filesystem::path& path);

/// Follows a trace. The names in a directory are on the disk once that directory was flushed, and not
/// before, whatever was flushed of the files themselves; a rename is there whole or not at all.
class Disk {
 public:
  /// Whether flushes do what they should; a disk that ignores them shows that tests notice.
  enum class Flushes : std::uint8_t { work, are_ignored };
  explicit Disk(Flushes flushes = Flushes::work);

  /// Throws `std::runtime_error` for what a trace cannot tell of.
  void apply(const Record& record);
  [[nodiscard]] Position position() const { return position_; }

  [[nodiscard]] std::vector<Position> pending() const;
  [[nodiscard]] Tree left(const Fate& fate) const;
  /// The numbers of all that has a name now, by path; for a trace that another process continues.
  [[nodiscard]] std::map<std::string, FileNumber> numbers() const;

 private:
  using Names = std::map<std::string, FileNumber>;
  struct NameChange {
    Position position;
    Record record;
  };
  struct Directory {
    Names sure;
    std::vector<NameChange> changes;
  };

  static void change(Names& names, const Record& record);
  void flush(FileNumber number, Position before);
  void visit(FileNumber directory, const std::string& prefix, const Fate& fate, Tree& tree,
             std::map<std::string, FileNumber>* numbers) const;

  Flushes flushes_;
  Position position_ = 0;
  std::map<FileNumber, DiskFile> files_;
  std::map<FileNumber, Directory> directories_;
};

}  // namespace duroxide::power
