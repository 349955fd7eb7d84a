#pragma once

#include <string>

#include <duroxide/management_actions.hpp>

#include "gateway/command_error.hpp"
#include "gateway/sink.hpp"

namespace duroxide::gateway {

/// Hands the progress of a long operation to a sink, and remembers whether that wanted an end.
class Reporter {
 public:
  explicit Reporter(Sink& sink) : sink_(sink) {}

  /// Valid as long as the reporter.
  [[nodiscard]] OnProgress callback() {
    return [this](const Progress& progress) {
      interrupted_ = interrupted_ || !sink_.progress(progress);
      return !interrupted_;
    };
  }
  [[nodiscard]] bool interrupted() const { return interrupted_; }

  /// Why it has no result, if it was interrupted; `done` is what had been done until then.
  [[nodiscard]] static CommandError interruption(const std::string& done) {
    return {CommandError::Kind::interrupted, "interrupted; " + done};
  }

 private:
  Sink& sink_;
  bool interrupted_ = false;
};

}  // namespace duroxide::gateway
