#pragma once

#include <string>

#include <duroxide/log.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

#include "cli/opened_store.hpp"
#include "gateway/command_error.hpp"

namespace duroxide::cli {

/// Opens the store at an address `postgresql://…`, in the schema `duroxide` or that of the option `schema`
/// (`…?schema=orders`). Errors: `store`, also if this command was built without the library for it (the
/// build's option `postgres`).
[[nodiscard]] Result<Store, gateway::CommandError> open_database(const std::string& address,
                                                                 Access access, const LogSink& log);

/// False if there is no store at that address, as far as can be told.
[[nodiscard]] bool database_has_store(const std::string& address);

}  // namespace duroxide::cli
