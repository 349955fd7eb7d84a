#pragma once

#include <map>
#include <optional>
#include <string>

#include <duroxide/clock.hpp>

#include "engine/options.hpp"

namespace duroxide::storage {

/// The times for which nothing is handed out, or one thing is not, because there was no room: each
/// longer than the one before.
class Rest {
 public:
  explicit Rest(const EngineOptions& options)
      : options_(options), next_pause_(options.first_pause) {}

  /// Whether one has begun, which may be over. Asks no clock.
  [[nodiscard]] bool has_begun() const { return until_.has_value(); }
  /// Nothing is handed out for a while.
  [[nodiscard]] bool lasts(Timestamp now) const { return until_ && now < *until_; }
  /// Whether none has come since the last commit.
  [[nodiscard]] bool is_first() const { return next_pause_ == options_.first_pause; }
  /// When one would be over that begins now.
  [[nodiscard]] Timestamp end_of_next(Timestamp now) const {
    return saturating_add(now, next_pause_);
  }
  void begin(Timestamp until);
  /// If its time has come.
  void end(Timestamp now);
  /// A commit has found room.
  void found_room() { next_pause_ = options_.first_pause; }

  /// How long what stands under this key is held back whose end has found no room.
  [[nodiscard]] Milliseconds pause_of_void(const std::string& key, Timestamp now);

 private:
  struct VoidPause {
    Milliseconds pause{};
    Timestamp until{};
  };

  const EngineOptions& options_;
  std::optional<Timestamp> until_;
  Milliseconds next_pause_;
  std::map<std::string, VoidPause> void_pauses_;  ///< of what has found no room of late
};

}  // namespace duroxide::storage
