// Stand in for the functions of the C library that allocate, in this whole program, its libraries
// included, and count. The names are given to the assembler, as the headers declare these functions in
// ways of their own. Freeing needs no stand-in: the memory is the C library's.

#include <cerrno>
#include <cstddef>

#include "tally.hpp"

#define DUROXIDE_STANDS_IN(name) __asm__(name) __attribute__((visibility("default"), used))

extern "C" {

// What the functions with the usual names do in the GNU C library.
void* duroxide_libc_malloc(std::size_t bytes) __asm__("__libc_malloc");
void* duroxide_libc_calloc(std::size_t count, std::size_t bytes) __asm__("__libc_calloc");
void* duroxide_libc_realloc(void* memory, std::size_t bytes) __asm__("__libc_realloc");
void* duroxide_libc_memalign(std::size_t alignment, std::size_t bytes) __asm__("__libc_memalign");

void* duroxide_malloc(std::size_t bytes) DUROXIDE_STANDS_IN("malloc");
void* duroxide_calloc(std::size_t count, std::size_t bytes) DUROXIDE_STANDS_IN("calloc");
void* duroxide_realloc(void* memory, std::size_t bytes) DUROXIDE_STANDS_IN("realloc");
void* duroxide_memalign(std::size_t alignment, std::size_t bytes) DUROXIDE_STANDS_IN("memalign");
void* duroxide_aligned_alloc(std::size_t alignment, std::size_t bytes)
    DUROXIDE_STANDS_IN("aligned_alloc");
int duroxide_posix_memalign(void** memory, std::size_t alignment, std::size_t bytes)
    DUROXIDE_STANDS_IN("posix_memalign");
}

namespace {

void count(std::size_t bytes) {
  tally::add(tally::Kind::allocations, 1);
  tally::add(tally::Kind::allocated_bytes, bytes);
}

}  // namespace

extern "C" {

void* duroxide_malloc(std::size_t bytes) {
  count(bytes);
  return duroxide_libc_malloc(bytes);
}

void* duroxide_calloc(std::size_t number, std::size_t bytes) {
  count(number * bytes);
  return duroxide_libc_calloc(number, bytes);
}

void* duroxide_realloc(void* memory, std::size_t bytes) {
  count(bytes);
  return duroxide_libc_realloc(memory, bytes);
}

void* duroxide_memalign(std::size_t alignment, std::size_t bytes) {
  count(bytes);
  return duroxide_libc_memalign(alignment, bytes);
}

void* duroxide_aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count(bytes);
  return duroxide_libc_memalign(alignment, bytes);
}

int duroxide_posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  count(bytes);
  void* made = duroxide_libc_memalign(alignment, bytes);
  if (made == nullptr) {
    return ENOMEM;
  }
  *memory = made;
  return 0;
}
}
