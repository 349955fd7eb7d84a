#pragma once

#include "provider/file_descriptor.hpp"

namespace duroxide::control {

using storage::FileDescriptor;

}  // namespace duroxide::control
