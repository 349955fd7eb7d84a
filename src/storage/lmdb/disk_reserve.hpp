#pragma once

#include <cstdint>
#include <filesystem>

namespace duroxide::storage {

inline constexpr const char* reserve_file_name = "duroxide.reserve";

/// Room on the disk that is kept for what makes room: LMDB writes pages anew before it frees the old
/// ones, so on a full disk even a deletion finds no place. The room is held by a file beside the
/// database, which holds nothing and is removed when it is needed.
///
/// It is a help, and no commit depends on it: what goes wrong here is not told. One thread at a time.
class DiskReserve {
 public:
  explicit DiskReserve(const std::filesystem::path& directory);

  /// Takes room for a database of so many bytes, unless it has some already, or the disk has little.
  void take(std::uint64_t database_bytes) noexcept;

  /// Leaves the room to whoever writes next. Whether there was any.
  [[nodiscard]] bool give_up() noexcept;

 private:
  std::filesystem::path file_;
  bool taken_ = false;
};

}  // namespace duroxide::storage
