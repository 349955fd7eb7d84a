#pragma once

#include <vector>

#include "gateway/arguments.hpp"
#include "gateway/commands.hpp"

namespace duroxide::gateway {

/// Which changes are told, in the arguments of `tail`.
[[nodiscard]] std::vector<Argument> store_tail_arguments();
/// Whether any of them was given.
[[nodiscard]] bool restricts_store_tail(const Arguments& arguments);

/// Tells what happens in the store from now on, each change as an item, until the reader or the store
/// ends. Has no result. Errors: `interrupted`; `failed` if nobody runs the store, or not any more.
[[nodiscard]] CommandResult tail_store(const StoreInUse& store, const Arguments& arguments,
                                       Sink& sink);

}  // namespace duroxide::gateway
