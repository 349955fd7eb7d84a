#pragma once

#include <cstdint>

namespace duroxide::model {

/// A number that nobody can foretell and that does not repeat: of 64 random bits, from a generator
/// that each thread seeds from the system.
[[nodiscard]] std::uint64_t random_number();

}  // namespace duroxide::model
