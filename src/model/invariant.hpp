#pragma once

// What must hold inside the engine, whatever users, providers and disks do: only a bug of ours can
// break it. It is looked at in release builds too, because to go on would spoil a store. The page on the
// sources says what is asserted and what is not.

namespace duroxide::model {

/// Says on standard error, and to the log sink that is kept for this (see `invariant_sink.hpp`), what
/// does not hold, and ends the process by `std::abort()`.
[[noreturn, gnu::cold, gnu::noinline]] void invariant_is_broken(const char* file, int line,
                                                                const char* condition,
                                                                const char* sentence) noexcept;

}  // namespace duroxide::model

/// Ends the process if `condition` is false. `sentence` is plain text, in the present, that says what
/// must hold: `DUROXIDE_INVARIANT(inserted, "an instance is leased at most once")`. It costs one branch,
/// so what the condition asks should cost no more than the step it stands in.
#define DUROXIDE_INVARIANT(condition, sentence)      \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::duroxide::model::invariant_is_broken(__FILE__, __LINE__, #condition, "" sentence))
