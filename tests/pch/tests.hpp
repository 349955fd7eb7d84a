// Precompiled for the tests, so a test includes what it uses all the same.
#ifndef DUROXIDE_TESTS_PCH_TESTS_HPP
#define DUROXIDE_TESTS_PCH_TESTS_HPP

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>
#include <cereal/archives/json.hpp>
#include <tl/expected.hpp>

#endif
