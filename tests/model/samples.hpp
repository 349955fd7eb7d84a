#pragma once

#include <string>
#include <utility>
#include <vector>

#include <duroxide/events.hpp>
#include <duroxide/work_items.hpp>

namespace duroxide::model::test {

/// Details with every field set.
ErrorDetails full_error();
/// One event of every kind, by name.
std::vector<std::pair<std::string, Event>> sample_events();
/// One work item of every kind, by name.
std::vector<std::pair<std::string, WorkItem>> sample_work_items();

}  // namespace duroxide::model::test
