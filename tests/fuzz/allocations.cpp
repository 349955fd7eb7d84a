#include "fuzz/allocations.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define DUROXIDE_ALLOCATION_HOOKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DUROXIDE_ALLOCATION_HOOKS 1
#endif
#endif

#ifdef DUROXIDE_ALLOCATION_HOOKS
// GCC has it in its library, but in none of its headers.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             std::size_t),
                                                         void (*free_hook)(const volatile void*));
#endif

namespace duroxide::fuzz {

namespace {

thread_local bool watching = false;
thread_local std::size_t largest_so_far = 0;

void note(std::size_t size) {
  if (watching) {
    largest_so_far = std::max(largest_so_far, size);
  }
}

}  // namespace

AllocationWatch::AllocationWatch() {
#ifdef DUROXIDE_ALLOCATION_HOOKS
  static const int installed = __sanitizer_install_malloc_and_free_hooks(
      [](const volatile void*, std::size_t size) { note(size); }, [](const volatile void*) {});
  (void)installed;
#endif
  largest_so_far = 0;
  watching = true;
}

AllocationWatch::~AllocationWatch() {
  watching = false;
}

std::size_t AllocationWatch::largest() const {
  return largest_so_far;
}

}  // namespace duroxide::fuzz

#ifndef DUROXIDE_ALLOCATION_HOOKS

// All others of the language call these, but for the ones of large alignments, which nobody here uses.

void* operator new(std::size_t size) {
  duroxide::fuzz::note(size);
  if (void* memory = std::malloc(std::max<std::size_t>(size, 1))) {
    return memory;
  }
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

#endif
