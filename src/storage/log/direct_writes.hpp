#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace duroxide::storage {

/// Small writes into one file that go to the disk past the system's cache. For what is flushed at once:
/// to have the cache write a page back takes twice as much of a processor. Used by one thread at a time.
class DirectWrites {
 public:
  /// More goes through the cache: the disk takes one long write faster than several.
  static constexpr std::size_t most_bytes = std::size_t{64} << 10;

  enum class End : std::uint8_t {
    written,
    not_taken,  ///< through the cache, then: too much, or refused. Perhaps a part is written
    failed,     ///< `errno` says why
  };

  /// Writes `bytes` at `offset`, both in whole sectors.
  [[nodiscard]] End write(int file, std::uint64_t offset, std::string_view bytes);
  /// What is read and written by any other call goes through the cache again.
  void pause(int file);

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };

  /// Aligned as disks want it. Null until it is needed.
  std::unique_ptr<char, Free> memory_;
  bool is_on_ = false;
  bool is_refused_ = false;
};

}  // namespace duroxide::storage
