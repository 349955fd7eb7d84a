#include "cli/output.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/interrupt.hpp"
#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

constexpr std::size_t label_width = 18;

/// Whether it is one that does what it is told by control sequences.
bool is_able_terminal() {
  const char* terminal = std::getenv("TERM");  // NOLINT: nobody sets it meanwhile
  return ::isatty(STDOUT_FILENO) != 0 &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

bool wants_color(ColorMode mode) {
  if (mode != ColorMode::automatic) {
    return mode == ColorMode::always;
  }
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT
  return is_able_terminal() && (no_color == nullptr || *no_color == '\0');
}

/// All 0 if it is none.
winsize terminal_size() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
    return {};
  }
  return size;
}

/// Why something could not be written. An interrupt also ends the wait for a terminal that takes nothing.
gateway::CommandError cannot_write() {
  if (is_interrupted()) {
    return {gateway::CommandError::Kind::interrupted, "interrupted"};
  }
  return {gateway::CommandError::Kind::failed, "standard output cannot be written"};
}

std::string_view code_of(Color color) {
  switch (color) {
    case Color::plain:
      return "";
    case Color::bold:
      return "\x1b[1m";
    case Color::dim:
      return "\x1b[2m";
    case Color::red:
      return "\x1b[31m";
    case Color::green:
      return "\x1b[32m";
    case Color::yellow:
      return "\x1b[33m";
    case Color::cyan:
      return "\x1b[36m";
  }
  return "";
}

}  // namespace

Output::Output(bool json, ColorMode color)
    : json_(json),
      colored_(!json && wants_color(color)),
      width_(terminal_size().ws_col),
      now_(system_clock()->now()) {}

bool Output::is_terminal() {
  return ::isatty(STDOUT_FILENO) != 0;
}

std::string Output::paint(Color color, std::string_view text) const {
  if (!colored_ || color == Color::plain || text.empty()) {
    return std::string(text);
  }
  return std::string(code_of(color)).append(text).append("\x1b[0m");
}

void Output::write(std::string_view text) {
  if (text.empty()) {
    return;  // its pointer may be null, which `fwrite` is not to be given
  }
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    fail(cannot_write());
  }
}

void Output::write_at_once(std::string_view text) {
  bool written = std::fflush(stdout) == 0;
  while (written && !text.empty()) {
    const ssize_t size = ::write(STDOUT_FILENO, text.data(), text.size());
    written = size >= 0;
    text.remove_prefix(written ? static_cast<std::size_t>(size) : 0);
    // What was written in part may have been so because of an interrupt, which does not come again.
    written = written && (text.empty() || !is_interrupted());
  }
  if (!written) {
    fail(cannot_write());
  }
}

void Output::line(std::string_view text) {
  if (!frame_) {
    write(text);
    write("\n");
  } else if (frame_->lines_left > 0) {
    --frame_->lines_left;
    // What stood there may reach further. Behind the text it would take the last character of a line
    // that is as long as the terminal is wide.
    frame_->text.append("\x1b[K").append(text).append("\n");
  }
}

std::size_t Output::height() {
  return is_able_terminal() ? terminal_size().ws_row : 0;
}

void Output::begin_frame() {
  now_ = system_clock()->now();
  width_ = terminal_size().ws_col;
  const std::size_t lines = height();
  if (lines == 0) {
    return;
  }
  // The last line stays empty, or its end would move all of it up.
  frame_ = Frame{std::string(), lines - 1};
  if (!screen_) {
    screen_.emplace();
    frame_->text.append(WholeScreen::begin);
  }
  frame_->text.append("\x1b[H");
}

void Output::end_frame() {
  if (!frame_) {
    line();
    return;
  }
  frame_->text.append("\x1b[J");
  write_at_once(frame_->text);
  frame_.reset();
}

void Output::leave_screen() {
  frame_.reset();
  screen_.reset();
}

void Output::field(std::string_view label, std::string_view value) {
  std::string start = std::string(label) + ":";
  start.resize(std::max(label_width, start.size() + 1), ' ');
  line(paint(Color::dim, start) + std::string(value));
}

void Output::document(const nlohmann::json& value) {
  line(printable_json(value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)));
}

void Output::json_line(const nlohmann::json& value) {
  line(printable_json(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
}

void Output::fail(gateway::CommandError error) {
  if (!failure_) {
    failure_ = std::move(error);
  }
}

Result<void, gateway::CommandError> Output::flush() {
  if (std::fflush(stdout) != 0) {
    fail(cannot_write());
  }
  if (failure_) {
    return failure(*failure_);
  }
  return {};
}

Color color_of(std::string_view status) {
  const auto has = [&](std::string_view part) {
    return status.find(part) != std::string_view::npos;
  };
  if (has("Failed") || has("quarantined") || has("damaged")) {
    return Color::red;
  }
  if (has("Cancel") || has("paused") || has("waiting")) {
    return Color::yellow;
  }
  if (has("Completed")) {
    return Color::green;
  }
  return has("Running") ? Color::cyan : Color::plain;
}

}  // namespace duroxide::cli
