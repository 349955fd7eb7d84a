#pragma once

#include <cstddef>
#include <string>

#include <duroxide/errors.hpp>

namespace duroxide::model {

/// The longest message of an error that is recorded. It stands in the history, goes to the parent, to
/// the log and to clients, so it is to tell people what happened, not to carry data.
inline constexpr std::size_t max_error_message_bytes = std::size_t{64} << 10;

/// The most data of an error that is recorded, its type included.
inline constexpr std::size_t max_error_data_bytes = std::size_t{64} << 10;

/// How much data the error has, its type included.
[[nodiscard]] std::size_t data_bytes(const ErrorDetails& details);

/// What user code has failed with, made small enough to be recorded. To refuse an error because it is
/// too long would hide it, so what is too long is cut at the border of a character, and says how long it
/// was. Data that is too large is left out as a whole, and the message says so.
void limit_size(ErrorDetails& details);

/// The same for a text alone, to `most` bytes, the note about the cut included. `most` is above 200.
[[nodiscard]] std::string limited_text(std::string text, std::size_t most);

}  // namespace duroxide::model
