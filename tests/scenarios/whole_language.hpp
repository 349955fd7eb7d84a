#pragma once

// One orchestration for each part of the language, to be run in different ways: all must give the same
// result and the same history.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>

namespace duroxide::scenario {

/// What the activities that fail at first remember from one runtime to the next.
struct Flaky;
[[nodiscard]] std::shared_ptr<Flaky> make_flaky();

void register_whole_language(Runtime& runtime, const std::shared_ptr<Flaky>& flaky);

/// The orchestrations, each with how an instance of it must end.
[[nodiscard]] const std::map<std::string, std::string>& whole_language();

/// Starts the instance `i`.
void start_one(Client& client, const std::string& orchestration);

/// A history without what differs from run to run.
[[nodiscard]] std::vector<Event> comparable(std::vector<Event> events);

}  // namespace duroxide::scenario
