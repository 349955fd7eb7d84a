#pragma once

#include "engine/records.hpp"
#include "model/open_steps.hpp"
#include "storage/kv.hpp"
#include "upkeep/findings.hpp"

namespace duroxide::storage {

/// Checks that whatever the current execution of a running instance waits for is still to come: an
/// activity in the worker queue, a timer in the timer queue, a child that runs, or the answer of
/// each among the messages.
void check_open_steps(const ReadView& view, Number number, const InstanceRecord& record,
                      const model::OpenSteps& open, Findings& findings);

}  // namespace duroxide::storage
