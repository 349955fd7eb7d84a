#pragma once

#include <string>

namespace duroxide::runtime {

/// A random UUID (version 4, RFC 4122) in lower case. Safe to call from any thread.
[[nodiscard]] std::string new_guid();

}  // namespace duroxide::runtime
