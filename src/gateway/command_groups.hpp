#pragma once

// The commands by subject; each function adds its own.

#include <vector>

#include "gateway/commands.hpp"

namespace duroxide::gateway {

void add_reading_commands(std::vector<Command>& commands);
void add_store_reading_commands(std::vector<Command>& commands);
void add_following_commands(std::vector<Command>& commands);
void add_acting_commands(std::vector<Command>& commands);
void add_removing_commands(std::vector<Command>& commands);
void add_restoring_commands(std::vector<Command>& commands);
void add_store_commands(std::vector<Command>& commands);

}  // namespace duroxide::gateway
