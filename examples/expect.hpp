#pragma once

#include <stdexcept>
#include <utility>

/// The value of a result. A failed one ends the example: it throws what the error says.
template <class R>
typename R::value_type expect(R result) {
  if (!result) {
    throw std::runtime_error(result.error().to_string());
  }
  return std::move(*result);
}
