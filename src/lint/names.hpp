#pragma once

// The names that orchestration code must not use, and what to write instead.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "lint/source.hpp"

namespace duroxide::lint {

/// What to write instead of a clock.
inline constexpr std::string_view clock_advice =
    "is another time when the history is replayed: use ctx.utc_now(), which is recorded, or "
    "ctx.schedule_timer()";

/// How a name must stand to be the one that is meant.
enum class Form : std::uint8_t {
  anywhere,   ///< as a word by itself, not as a member
  standard,   ///< behind `std::`
  call,       ///< called as a free function, of the global namespace or of `std`
  of_system,  ///< called with `::` in front, as the name is too common otherwise
  member_of,  ///< before `::`, as a namespace
  files,      ///< before `::` and a call, but for that of `path`, which is a value
};

struct Name {
  std::string_view text;
  Form form;
};

struct NamedRule {
  std::string_view rule;
  std::string_view advice;  ///< follows the name and a space
  std::vector<Name> names;
};

[[nodiscard]] const std::vector<NamedRule>& named_rules();

/// Whether the word there is this name in this form.
[[nodiscard]] bool stands_as(const Source& source, std::size_t index, const Name& name);

}  // namespace duroxide::lint
