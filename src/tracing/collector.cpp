#include "tracing/collector.hpp"

#include <algorithm>
#include <utility>

namespace duroxide::tracing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A collector that takes longer for a request has lost it, for all that can be known.
constexpr milliseconds longest_try{10'000};
constexpr milliseconds first_pause{100};
constexpr milliseconds longest_pause{5'000};

/// What OTLP says is worth another try.
bool may_pass(int status) {
  constexpr int too_many_requests = 429;
  constexpr int bad_gateway = 502;
  constexpr int gateway_timeout = 504;
  return status == too_many_requests || (status >= bad_gateway && status <= gateway_timeout);
}

}  // namespace

SpanSink::Done Collector::take(const std::string& otlp) {
  const auto give_up = steady_clock::now() + retry_for_;
  milliseconds pause = first_pause;
  while (true) {
    const auto refused = try_once(otlp, steady_clock::now() + longest_try);
    if (!refused) {
      return {};
    }
    const auto next = steady_clock::now() + pause;
    if (!refused->may_pass || end_.is_given() || next > give_up) {
      return failure("the collector at " + post_.authority() + ": " + refused->why);
    }
    end_.pause(next);
    pause = std::min(2 * pause, longest_pause);
  }
}

std::optional<Refusal> Collector::try_once(const std::string& otlp, EndSignal::SteadyTime until) {
  const auto status = post_.post(otlp, until);
  if (!status) {
    return status.error();
  }
  if (*status < 300) {
    return std::nullopt;
  }
  return Refusal{"it has answered with status " + std::to_string(*status), may_pass(*status)};
}

void Collector::end() {
  end_.end_by(steady_clock::now() + stop_timeout_);
}

}  // namespace duroxide::tracing
