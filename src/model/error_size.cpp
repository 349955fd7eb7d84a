#include "model/error_size.hpp"

#include <utility>

namespace duroxide::model {

namespace {

/// Of the names in an error: their limit as names, and some more for what a user has put there.
constexpr std::size_t max_label_bytes = 1024;
/// Room for the note about a cut.
constexpr std::size_t note_bytes = 100;

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The end of the last whole character at or before `end`. Text that is no UTF-8 is cut where it is.
std::size_t character_border(const std::string& text, std::size_t end) {
  std::size_t border = end;
  while (border > 0 && end - border < 4 && is_continuation(text[border])) {
    --border;
  }
  return is_continuation(text[border]) ? end : border;
}

void limit_label(std::string& text) {
  text = limited_text(std::move(text), max_label_bytes);
}

}  // namespace

std::string limited_text(std::string text, std::size_t most) {
  if (text.size() <= most) {
    return text;
  }
  const std::size_t kept = character_border(text, most - note_bytes);
  const std::string note = "… (cut off: it had " + std::to_string(text.size()) +
                           " bytes, the first " + std::to_string(kept) + " are kept)";
  return text.substr(0, kept) + note;
}

std::size_t data_bytes(const ErrorDetails& details) {
  return details.data ? details.data->type.size() + details.data->payload.size() : 0;
}

void limit_size(ErrorDetails& details) {
  std::string note;  // which must not be what is cut off
  if (const std::size_t size = data_bytes(details); size > max_error_data_bytes) {
    details.data.reset();
    note = " (its data is left out: it had " + std::to_string(size) + " bytes, and at most " +
           std::to_string(max_error_data_bytes) + " are kept)";
  }
  details.message =
      limited_text(std::move(details.message), max_error_message_bytes - note.size()) + note;
  limit_label(details.subject);
  if (details.nondeterminism) {
    NondeterminismReport& report = *details.nondeterminism;
    report.recorded = limited_text(std::move(report.recorded), max_error_message_bytes);
    report.attempted = limited_text(std::move(report.attempted), max_error_message_bytes);
    limit_label(report.orchestration);
    limit_label(report.version);
  }
  if (details.chain.size() > ErrorDetails::max_origins) {
    details.chain.resize(ErrorDetails::max_origins);
  }
  for (ErrorOrigin& origin : details.chain) {
    limit_label(origin.name);
    limit_label(origin.instance);
  }
}

}  // namespace duroxide::model
