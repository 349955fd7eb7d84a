#pragma once

#include <string_view>

namespace duroxide::cli {

/// The terminal of standard output as one screen that is drawn anew again and again: lines that are too
/// long are cut, not wrapped, and there is no cursor. What stood there before, and all of this, comes
/// back when it ends, on whatever way. A second interrupt, which ends the process at once, is none.
class WholeScreen {
 public:
  WholeScreen() = default;
  ~WholeScreen();
  WholeScreen(const WholeScreen&) = delete;
  WholeScreen& operator=(const WholeScreen&) = delete;

  /// What goes before the first frame.
  static constexpr std::string_view begin = "\x1b[?1049h\x1b[?25l\x1b[?7l";
  static constexpr std::string_view end = "\x1b[?7h\x1b[?25h\x1b[?1049l";
};

}  // namespace duroxide::cli
