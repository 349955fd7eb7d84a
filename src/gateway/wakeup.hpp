#pragma once

#include "model/wakeup.hpp"

namespace duroxide::gateway {

using model::Wakeup;

}  // namespace duroxide::gateway
