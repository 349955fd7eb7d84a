#pragma once

#include <cstdint>

namespace duroxide::model {

/// Behaviour of the engine that histories depend on. An execution keeps the flags of the release that
/// began it (`OrchestrationStarted::engine_flags`), and every later release behaves for it as these
/// say; so a rule of the replay core can change for new executions without breaking running ones. A
/// number is never used again.
enum class EngineFlag : std::uint64_t {
  /// The rules of the first release: a cancellation is thrown at the awaits where the code stands.
  first_release = std::uint64_t{1} << 0,
};

/// What new executions begin with, and all that this release understands.
inline constexpr std::uint64_t current_engine_flags =
    static_cast<std::uint64_t>(EngineFlag::first_release);

/// The flags among `flags` that only a later release understands.
[[nodiscard]] constexpr std::uint64_t unknown_engine_flags(std::uint64_t flags) {
  return flags & ~current_engine_flags;
}

}  // namespace duroxide::model
