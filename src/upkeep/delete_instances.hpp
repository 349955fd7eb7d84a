#pragma once

// Deleting instances, with every row that they have.

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Refused if one of them runs, unless it is forced, or has a child that is not among them.
[[nodiscard]] DeleteInstanceResult delete_instances(Transaction& transaction,
                                                    const management::DeleteInstances& request);

/// One of them, whatever it is.
void delete_instance(Transaction& transaction, Number number, const InstanceRecord& record,
                     DeleteInstanceResult& deleted);

}  // namespace duroxide::storage
