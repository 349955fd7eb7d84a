#pragma once

#include <duroxide/management_types.hpp>

namespace duroxide::model {

/// Sets score and explanation by the numbers that are there.
void judge(SystemHealth& health);

}  // namespace duroxide::model
