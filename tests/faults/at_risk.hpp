#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

namespace duroxide::faults {

/// Works on a store below `root` where anything may be refused, and goes on to the next. Notes what it
/// was told as facts, and tells of each refusal: `refused: what: why`. Then `end_of_risk` puts all right;
/// it opens the store again and works on, and tells of what is refused now as `still refused:`. Before
/// that, a wait is given up after `patience`, as what it waits for may not come.
void work_at_risk(const std::filesystem::path& root, const std::function<void()>& end_of_risk,
                  std::chrono::milliseconds patience = std::chrono::milliseconds(250));

}  // namespace duroxide::faults
