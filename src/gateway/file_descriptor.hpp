#pragma once

#include "model/file_descriptor.hpp"

namespace duroxide::gateway {

using model::FileDescriptor;

}  // namespace duroxide::gateway
