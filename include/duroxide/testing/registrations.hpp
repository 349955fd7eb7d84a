#pragma once

#include <functional>

#include <duroxide/runtime.hpp>

namespace duroxide::DUROXIDE_ABI::testkit {

/// Registers orchestrations and activities with a runtime: the function that the program itself uses. It
/// may be called several times, and must not start the runtime.
using Registrations = std::function<void(Runtime&)>;

}  // namespace duroxide::DUROXIDE_ABI::testkit
