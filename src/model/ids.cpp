#include "model/ids.hpp"

#include <array>
#include <cstdio>

#include "model/limits.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace duroxide::model {

std::string child_instance_id(std::string_view parent, std::uint64_t execution_id,
                              std::uint64_t event_id) {
  std::string id(parent);
  id += "::sub::";
  id += std::to_string(execution_id);
  id += '.';
  id += std::to_string(event_id);
  if (id.size() <= max_instance_id_bytes) {
    return id;
  }
  const XXH128_hash_t digest = XXH3_128bits(id.data(), id.size());
  std::array<char, 33> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx%016llx",
                static_cast<unsigned long long>(digest.high64),
                static_cast<unsigned long long>(digest.low64));
  return std::string("sub::") + hex.data();
}

std::uint64_t digest_of_start(std::string_view orchestration, std::string_view input) {
  const std::uint64_t name = XXH3_64bits(orchestration.data(), orchestration.size());
  const std::uint64_t digest = XXH3_64bits_withSeed(input.data(), input.size(), name);
  return digest == 0 ? 1 : digest;
}

}  // namespace duroxide::model
