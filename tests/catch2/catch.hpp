#pragma once
#pragma GCC system_header  // so that `#include_next` is no reason for a warning

// Catch2 by the names of its release 2, whether that or release 3 is there. Tests include `<catch2/catch.hpp>` and
// find this file first; writers of stores find it beside the conformance suite.

#if __has_include(<catch2/catch_all.hpp>)

#include <catch2/catch_all.hpp>
#include <string>

namespace Catch {

inline Matchers::StringContainsMatcher Contains(const std::string& part) {
  return Matchers::ContainsSubstring(part);
}
using Matchers::EndsWith;
using Matchers::StartsWith;

}  // namespace Catch

// Release 2 makes `main` of this; in release 3 it stands in a library of its own.
#ifdef CATCH_CONFIG_MAIN
int main(int argc, char** argv) {
  return Catch::Session().run(argc, argv);
}
#endif

#else

#include_next <catch2/catch.hpp>

#endif
