#pragma once

#include <duroxide/log.hpp>

namespace duroxide::model {

/// A log sink that is told, while this lives, when an invariant is broken and the process is about to
/// end. Of several the last one made is told. It is called on the thread that found the bug.
class InvariantSink {
 public:
  explicit InvariantSink(LogSink sink);
  InvariantSink(const InvariantSink&) = delete;
  InvariantSink& operator=(const InvariantSink&) = delete;
  ~InvariantSink();

  [[nodiscard]] const LogSink& sink() const { return sink_; }

 private:
  LogSink sink_;
};

}  // namespace duroxide::model
