#pragma once

#include <cstdint>
#include <optional>

#include <duroxide/clock.hpp>

namespace duroxide::postgres {

/// What calls are made with beside the request.
struct CallContext {
  std::optional<std::int64_t> now;  ///< of a test's clock; none if the database tells the time
  std::int64_t process = 0;
  bool has_others = false;  ///< other processes use the store
  Timestamp clock_now;      ///< as this process takes it to be
};

}  // namespace duroxide::postgres
