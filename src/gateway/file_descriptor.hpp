#pragma once

#include "model/file_descriptor.hpp"

namespace duroxide::gateway {

using storage::FileDescriptor;

}  // namespace duroxide::gateway
