// Precompiled for the tests that write orchestrations; a test includes what it uses all the same.
#ifndef DUROXIDE_TESTS_PCH_ORCHESTRATION_TESTS_HPP
#define DUROXIDE_TESTS_PCH_ORCHESTRATION_TESTS_HPP

#include <duroxide/duroxide.hpp>

#include "tests.hpp"

#endif
