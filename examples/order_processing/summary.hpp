#pragma once

#include <chrono>
#include <filesystem>

#include "desk.hpp"

/// Prints the totals. Returns whether every order was completed or compensated.
bool print_summary(const OrderDesk::Endings& endings, std::chrono::steady_clock::duration elapsed);

/// Writes a line `order outcome reason` for each, in the order of their ids. Returns whether it
/// could.
bool write_results(const OrderDesk::Endings& endings, const std::filesystem::path& path);
