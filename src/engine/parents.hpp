#pragma once

// What parents are told of their children, and what is taken back of it.

#include <functional>
#include <string>

#include <duroxide/errors.hpp>
#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// That the instance has failed so.
void tell_parent(Transaction& transaction, const InstanceRecord& record, ErrorDetails details);

/// Of an instance that has failed before.
void tell_parent_of_failure(Transaction& transaction, Number number, const InstanceRecord& record);

/// Fails the call of the child at its parent, which would wait for a damaged child for ever.
void tell_parent_of_damage(Transaction& transaction, const ParentLink& parent,
                           const std::string& child, const std::string& orchestration,
                           const std::string& damage);

/// Takes messages out of an inbox that no turn has taken yet.
void withdraw(Transaction& transaction, Number number,
              const std::function<bool(const WorkItem&)>& is_meant);

}  // namespace duroxide::storage
