#include "tracing/known_trace.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace duroxide::tracing {

namespace {

constexpr std::size_t most_remembered = 64;

/// Where the trace of these headers is remembered, or another's. Headers are known by where they lie: none that
/// is remembered can lie where another has. Children have those of their parent, and mostly ids that end in
/// another way.
std::optional<KnownTrace>& place_of(const Headers& headers, std::string_view instance) {
  static thread_local std::array<std::optional<KnownTrace>, most_remembered> recent;
  constexpr std::uintptr_t apart = 32;  // so far at least lie two from each other
  const auto end = instance.empty() ? '\0' : instance.back();
  return recent[(reinterpret_cast<std::uintptr_t>(headers.begin()) / apart +
                 static_cast<unsigned char>(end)) %
                most_remembered];
}

}  // namespace

const KnownTrace* sampled_trace(const Headers& headers, std::string_view instance) {
  if (headers.empty()) {
    return nullptr;
  }
  std::optional<KnownTrace>& known = place_of(headers, instance);
  if (known && known->headers.begin() == headers.begin() && known->instance == instance) {
    return &*known;
  }
  const auto context = model::sampled_trace_context(headers);
  if (!context) {
    return nullptr;
  }
  return &known.emplace(headers, instance, *context);
}

}  // namespace duroxide::tracing
