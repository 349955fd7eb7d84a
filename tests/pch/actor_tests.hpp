// Precompiled for the tests that use actors, so a test includes what it uses all the same.
#ifndef DUROXIDE_TESTS_PCH_ACTOR_TESTS_HPP
#define DUROXIDE_TESTS_PCH_ACTOR_TESTS_HPP

#include <caf/scheduler/test_coordinator.hpp>

#include <duroxide/lmdb_provider.hpp>
#include <duroxide/memory_provider.hpp>
#include <duroxide/provider.hpp>

#include "tests.hpp"

#endif
