#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace duroxide::property {

/// A number from the environment, for whoever looks at a failure.
inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return text == nullptr ? otherwise : std::stoull(text);
}

}  // namespace duroxide::property
