#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <duroxide/clock.hpp>
#include <duroxide/result.hpp>

#include "cli/whole_screen.hpp"
#include "gateway/command_error.hpp"

namespace duroxide::cli {

enum class Color : std::uint8_t { plain, bold, dim, red, green, yellow, cyan };

/// When to colour.
enum class ColorMode : std::uint8_t { automatic, always, never };

/// Standard output, and what is there to know of it.
class Output {
 public:
  Output(bool json, ColorMode color);

  [[nodiscard]] bool json() const { return json_; }
  /// Whether it is one, so that nothing may be written there which would steer it.
  [[nodiscard]] static bool is_terminal();
  /// Columns of the terminal; 0 if it is none.
  [[nodiscard]] std::size_t width() const { return width_; }
  /// Lines that it has room for now; 0 if it is none, or one that cannot be written over.
  [[nodiscard]] static std::size_t height();
  [[nodiscard]] Timestamp now() const { return now_; }

  /// `text` in a colour, if there are any.
  [[nodiscard]] std::string paint(Color color, std::string_view text) const;
  /// Writes as it is.
  void write(std::string_view text);
  void line(std::string_view text = {});
  /// `label: value`, aligned with others.
  void field(std::string_view label, std::string_view value);
  /// Until `end_frame`, lines take the place of what the terminal shows, and what has no room is left
  /// out; they are written all at once. Elsewhere they are written as they come. Looks again how large
  /// the terminal is, and what time it is.
  void begin_frame();
  void end_frame();
  /// After the last frame: the terminal shows again what it showed before the first.
  void leave_screen();
  /// For programs: indented, or on one line.
  void document(const nlohmann::json& value);
  void json_line(const nlohmann::json& value);
  /// Something of it could not be written, for this reason.
  void fail(gateway::CommandError error);
  /// Errors: the first for which not all of it could be written.
  [[nodiscard]] Result<void, gateway::CommandError> flush();

 private:
  /// By as few writes as the terminal allows, so that nobody sees half a frame.
  void write_at_once(std::string_view text);

  bool json_;
  bool colored_;
  std::optional<gateway::CommandError> failure_;
  std::size_t width_ = 0;
  Timestamp now_;
  /// A screen of lines that is not written yet.
  struct Frame {
    std::string text;
    std::size_t lines_left;
  };
  std::optional<Frame> frame_;
  std::optional<WholeScreen> screen_;
};

/// The colour of a status, or of the kind of an event.
[[nodiscard]] Color color_of(std::string_view status);

}  // namespace duroxide::cli
