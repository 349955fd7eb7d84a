#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/interceptor.hpp>
#include <duroxide/provider_messages.hpp>

#include "model/interceptors.hpp"
#include "replay/execution.hpp"
#include "runtime/environment.hpp"

namespace duroxide::runtime {

/// What the interceptors of a runtime are told of a turn: before it runs, and once it is on the disk, when
/// its execution may be gone.
class FinishedTurn {
 public:
  /// The code has come to rest just now. The environment has interceptors. Takes what it will tell out of
  /// the result.
  FinishedTurn(const Environment& environment, const provider::OrchestrationItem& item,
               const InterceptedExecution& execution, replay::TurnResult& result);

  /// It is on the disk.
  void tell() const;

 private:
  std::shared_ptr<model::Interceptors> interceptors_;
  std::string instance_;
  std::uint64_t execution_id_;
  std::string orchestration_;
  std::string version_;
  Headers headers_;
  std::optional<ParentLink> parent_;
  Timestamp began_at_;
  std::size_t messages_;
  std::uint32_t attempt_;
  bool replays_;
  Timestamp at_;
  TurnOutcome outcome_;
  std::vector<EndedStep> ended_steps_;
};

/// A turn that takes these messages is about to run.
void tell_of_beginning(const Environment& environment, const provider::OrchestrationItem& item);

}  // namespace duroxide::runtime
