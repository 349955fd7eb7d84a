#pragma once

#include <nlohmann/json_fwd.hpp>

#include <duroxide/management_actions.hpp>

namespace duroxide::gateway {

/// Where a command puts what it has to say before its result. Used by the thread that runs the
/// command, and by one more while that waits for it. Each call returns whether to go on: false if
/// nobody is there any more to read, or somebody wants an end.
class Sink {
 public:
  Sink() = default;
  virtual ~Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  /// One of many values that make up the answer.
  virtual bool item(const nlohmann::json& value) = 0;
  /// How far it is. May be left out.
  virtual bool progress(const Progress& progress) = 0;
  /// Waits until the descriptor can be read.
  virtual bool wait_until_readable(int file) = 0;
};

}  // namespace duroxide::gateway
