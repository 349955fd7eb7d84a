#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "postgres/request.hpp"

namespace duroxide::postgres {

/// Tells each request of a batch what came of it, and then calls `after`, when it is called itself.
[[nodiscard]] inline std::function<void()> hand_over(std::vector<Request> batch,
                                                     std::vector<Outcome> outcomes,
                                                     std::function<void()> after) {
  const auto requests = std::make_shared<std::vector<Request>>(std::move(batch));
  const auto ends = std::make_shared<std::vector<Outcome>>(std::move(outcomes));
  return [requests, ends, after = std::move(after)] {
    for (std::size_t i = 0; i < requests->size(); ++i) {
      if (auto done = std::exchange((*requests)[i].done, nullptr)) {
        done(std::move((*ends)[i]));
      }
    }
    if (after) {
      after();
    }
  };
}

}  // namespace duroxide::postgres
