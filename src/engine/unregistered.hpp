#pragma once

// What a runtime gives back since it has no code for it goes to another that may have: at once, if one
// asks for it that has not given back the same name.

#include <optional>
#include <string>

#include <duroxide/tags.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// So many are left to others at one go; then handing out goes on after a moment, so that a long queue of
/// what whoever asks does not know keeps nobody else waiting.
inline constexpr std::size_t most_left_at_once = 1'024;
/// That moment.
void go_on_in_a_moment(Transaction& transaction);

// Who asks.

/// Somebody asks. What all others have given back is tried again at once if it is the first time.
void asks_for_turns(Transaction& transaction, Holder holder);
void asks_for_work(Transaction& transaction, Holder holder, const TagFilter& tags);
/// `holder` asks no more. What was left to others waits in the queue again, as it may have been the only
/// one.
void asks_no_more(Transaction& transaction, Holder holder);
/// Whatever was given back is to be tried by everybody.
void try_unregistered_again(Transaction& transaction);

// Turns.

/// The code that the next turn of an instance needs: orchestration and version, as one text. None if
/// nothing says it. `first_message` is null in a turn without messages, which only answers queries.
[[nodiscard]] std::optional<std::string> code_of(const InstanceRecord& record,
                                                 const WorkItem* first_message);
/// The same, from what is in the store; none also if that cannot be read.
[[nodiscard]] std::optional<std::string> code_of(Transaction& transaction, Number number);
/// The holder has no code for the instance, whose lease is over: it is left to another, or else held back
/// for `delay` and shown with that reason.
void give_back_unregistered(Transaction& transaction, Number number, Holder holder,
                            const std::string& code,
                            const provider::AbandonOrchestrationItem& request);
/// Leaves an instance from the queue to another if `holder` has given back its code and another may know
/// it.
[[nodiscard]] bool leave_to_another(Transaction& transaction, Number number, Holder holder,
                                    const std::string& code);
/// An instance that was left to others than some, `holder` not among these.
[[nodiscard]] std::optional<Number> take_left_turn(Transaction& transaction, Holder holder);

// Activities: the same.

void give_back_unregistered(Transaction& transaction, const WorkLease& lease,
                            const std::string& name, const provider::AbandonWorker& request);
[[nodiscard]] bool leave_to_another(Transaction& transaction, const WorkRef& work, Holder holder,
                                    const std::string& name);
[[nodiscard]] std::optional<WorkRef> take_left_work(Transaction& transaction,
                                                    const WorkFilter& filter);

}  // namespace duroxide::storage
