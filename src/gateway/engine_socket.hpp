#pragma once

#include <filesystem>

#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"
#include "model/file_descriptor.hpp"

namespace duroxide::gateway {

/// Connects to the engine that has the store in `directory` open. No descriptor if no engine answers
/// there: it has none, or not one with a socket; of one that `waits` not, also if the engine has no place
/// at the moment. Errors: `store` if one may be there but cannot be asked; `interrupted` if a signal came
/// while it waited for a place.
[[nodiscard]] Result<model::FileDescriptor, CommandError> connect_to_engine(
    const std::filesystem::path& directory, bool waits);

}  // namespace duroxide::gateway
