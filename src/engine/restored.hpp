#pragma once

// Instances that go on from a history that this engine did not just write: what rewind, fork and
// import have in common.

#include <cstdint>
#include <string>
#include <vector>

#include <duroxide/events.hpp>

#include "engine/children.hpp"
#include "engine/transaction.hpp"
#include "model/restore_plan.hpp"

namespace duroxide::storage {

/// Throws if it is no id, or an instance has it.
void require_free_id(Transaction& transaction, const std::string& id);

/// Of an execution that has none.
void write_history(Transaction& transaction, Number number, std::uint64_t execution,
                   const std::vector<Event>& events);

/// Leaves the first `kept` events.
void cut_history(Transaction& transaction, Number number, const std::vector<Event>& history,
                 std::uint64_t execution, std::uint64_t kept);
/// Has the history begin in another version. It must have a first event.
void change_version(Transaction& transaction, Number number, std::uint64_t execution,
                    const std::string& version);

/// What the instance shows to others.
void write_state(Transaction& transaction, Number number, const CarriedState& state);

/// As it is written now: with times of this store.
void create_restored(Transaction& transaction, Number number, InstanceRecord& record);

/// Queues what the instance needs to go on, and leaves in `children` what it asks the store.
void take_up(Transaction& transaction, Number number, const InstanceRecord& record,
             const model::RestorePlan& plan, Children& children);

/// Asks what `children` holds. Once nothing is left there to be rewound.
void ask_questions(Transaction& transaction, const Children& children);

}  // namespace duroxide::storage
