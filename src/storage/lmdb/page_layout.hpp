#pragma once

// The layout of LMDB 0.9's data files (version 1) on 64-bit machines.

#include <cstddef>
#include <cstdint>

namespace duroxide::storage::pages {

static_assert(sizeof(std::size_t) == 8);

inline constexpr std::uint32_t magic = 0xBEEFC0DE;
inline constexpr std::uint32_t data_version = 1;
inline constexpr std::size_t header_bytes = 16;
inline constexpr std::size_t node_header_bytes = 8;
inline constexpr std::size_t longest_key = 511;
inline constexpr std::uint64_t first_page = 2;  ///< behind the two headers of the file

// Of a page.
inline constexpr std::uint16_t branch = 0x01;
inline constexpr std::uint16_t leaf = 0x02;
inline constexpr std::uint16_t overflow = 0x04;
inline constexpr std::uint16_t meta = 0x08;
/// Mean something to a writer in memory only.
inline constexpr std::uint16_t of_memory = 0x10 | 0x4000 | 0x8000;

// Of a node in a leaf.
inline constexpr std::uint16_t big_data = 0x01;
inline constexpr std::uint16_t sub_database = 0x02;

// Of a tree.
inline constexpr std::uint16_t by_number = 0x08;
inline constexpr std::uint16_t unused_orders = 0x02 | 0x04 | 0x10 | 0x20 | 0x40;

inline constexpr std::uint64_t no_page = ~std::uint64_t{0};
inline constexpr std::uint16_t deepest = 32;

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
static_assert(sizeof(Database) == 48);

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

}  // namespace duroxide::storage::pages
