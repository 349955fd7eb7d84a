#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "postgres/verification.hpp"

namespace duroxide::postgres {

/// A row's key of numbers, in hexadecimal digits.
[[nodiscard]] std::string key_of(std::initializer_list<std::int64_t> numbers);

struct VerifiedPart {
  std::uint64_t instances = 0;
  std::int64_t last = 0;  ///< the number of the last of them
};

/// Checks the next instances behind that number, with all that they have: whether rows can be read, and
/// whether record, executions, histories, queues and state say the same of each. All are as of one moment.
[[nodiscard]] VerifiedPart verify_part(Database& database, std::int64_t behind, std::int64_t size,
                                       Findings& findings);

}  // namespace duroxide::postgres
