#pragma once

#include <chrono>
#include <string>

#include <cereal/types/string.hpp>

#include <duroxide/duroxide.hpp>

#include "ledger.hpp"
#include "order.hpp"

/// What became of an order: `completed`, or `compensated` for this reason.
struct OrderOutcome {
  std::string outcome;
  std::string reason;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(outcome), CEREAL_NVP(reason));
  }
};

/// The orchestration: pay, reserve, wait for the dock, complete; take back what was done if a step
/// cannot be.
duroxide::Task<OrderOutcome> process_order(duroxide::OrchestrationContext ctx, Order order);

/// Registers `ProcessOrder` and its activities. Each activity takes `work_time`, then writes to the
/// ledger, which must outlive the runtime.
void register_workflow(duroxide::Runtime& runtime, Ledger& ledger,
                       std::chrono::milliseconds work_time);
