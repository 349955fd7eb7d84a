#include "storage/lmdb/inspect.hpp"

#include <cerrno>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

#include "storage/format.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/lmdb_error.hpp"
#include "storage/lmdb/page_view.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

/// Reads whose store it is, and its format. `where` is what messages call it.
void check_format(const PageFile& file, const std::string& where) {
  const StorageFailure foreign(Kind::foreign_store,
                               where + " belongs to another program; choose another directory");
  PageCursor names(file, file.header().main, TreeKind::main);
  const auto name = to_string(Table::meta);
  if (!names.seek(name) || names.key() != name || !names.holds_table()) {
    throw foreign;
  }
  const auto format =
      find_in_tree(file, file.table_of(names.value(), names.page()), meta_keys::format)
          .value_or("");
  if (format.substr(0, format_magic.size()) != format_magic) {
    throw foreign;
  }
  const auto number = number_at(format, format_magic.size());
  if (number > store_format) {
    throw StorageFailure(Kind::newer_format, where + " has format " + std::to_string(number) +
                                                 ", this release reads up to " +
                                                 std::to_string(store_format) +
                                                 "; use a newer release");
  }
  if (number == 0) {
    throw StorageFailure(Kind::corrupt, where + " has no format number");
  }
}

}  // namespace

DirectoryContent inspect_directory(const std::filesystem::path& directory) {
  const auto file = directory / "data.mdb";
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      return DirectoryContent::nothing;
    }
    throw lmdb_failure(errno, "looking at `" + file.string() + "`");
  }
  const std::string where = "`" + file.string() + "`";
  if (!S_ISREG(info.st_mode)) {
    throw StorageFailure(Kind::foreign_store, where + " is not a file");
  }
  if (::access(file.c_str(), R_OK) != 0) {
    throw lmdb_failure(errno, "reading " + where);
  }
  const PageFile pages(file);
  if (pages.header().main.entries == 0) {
    return DirectoryContent::nothing;  // a database that nobody has put anything into
  }
  check_format(pages, where);
  return DirectoryContent::store;
}

}  // namespace duroxide::storage
