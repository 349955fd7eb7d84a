// Precompiled for the tests that use actors, so a test includes what it uses all the same.
#ifndef DUROXIDE_TESTS_PCH_ACTOR_TESTS_HPP
#define DUROXIDE_TESTS_PCH_ACTOR_TESTS_HPP

#include <duroxide/detail/caf.hpp>

#include "tests.hpp"

#endif
