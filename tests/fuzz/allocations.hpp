#pragma once

#include <cstddef>

namespace duroxide::fuzz {

/// Looks at how much memory this thread asks for at once while it lives. One at a time.
class AllocationWatch {
 public:
  AllocationWatch();
  ~AllocationWatch();
  AllocationWatch(const AllocationWatch&) = delete;
  AllocationWatch& operator=(const AllocationWatch&) = delete;

  /// The largest piece so far, in bytes.
  [[nodiscard]] std::size_t largest() const;
};

}  // namespace duroxide::fuzz
