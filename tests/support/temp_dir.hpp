#pragma once

#include "conformance/temp_dir.hpp"

namespace duroxide::testing {

using conformance::TempDir;

}  // namespace duroxide::testing
