#!/usr/bin/env bash
# hidden.sh: builds the library with a CAF of its own inside. Nobody sees a name of it, the headers in which it
# appears are not installed, and a program that has another CAF uses both.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages "${base_packages[@]}" cmake
"$root/tests/fetch_sources.sh" caf
build=$root/build-hidden
# How fast it runs is no matter here.
configure "$build" -Doptimization=0 -Dcaf=hidden -Dwerror=true -Dtests=false -Dexamples=false
build "$build"
library=$(installed "$build")
export PKG_CONFIG_PATH=$library/pkgconfig

shown=$(nm --dynamic --defined-only --demangle "$library/libduroxide.so" | grep -w caf || true)
[[ -z $shown ]] || fail 'the library shows names of CAF' "$shown"
wanted=$(nm --dynamic --undefined-only --demangle "$library/libduroxide.so" | grep -w caf || true)
[[ -z $wanted ]] || fail 'the library wants names of CAF' "$wanted"
! ldd "$library/libduroxide.so" | grep caf || fail 'the library wants another CAF'
[[ $(pkg-config --libs --static duroxide) != *caf* ]] || fail 'programs are told to link CAF'
left=$(find "$work/installed" -name '*caf*' -o -name provider.hpp -o -name management_protocol.hpp)
[[ -z $left ]] || fail 'this must not be installed' "$left"

cp "$root/tests/package/two_cafs.cpp" "$root/tests/package/with_socket.cpp" "$work"
cd "$work"
for program in two_cafs with_socket; do
  other=()
  [[ $program == with_socket ]] || other=(-lcaf_core)
  # Twice, so that each CAF comes first once.
  # shellcheck disable=SC2046,SC2086  # several words each
  ${CXX:-g++} -std=c++20 "$program.cpp" -o "$program" "${other[@]}" $(pkg-config --cflags --libs duroxide)
  # shellcheck disable=SC2046,SC2086  # several words each
  ${CXX:-g++} -std=c++20 "$program.cpp" -o "$program-2" $(pkg-config --cflags --libs duroxide) "${other[@]}"
  for name in "$program" "$program-2"; do
    LD_LIBRARY_PATH=$library "./$name" || fail "$name has failed"
  done
done

cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.19)
project(asks LANGUAGES CXX)
find_package(duroxide 0.1 CONFIG REQUIRED)
find_package(duroxide 0.1 CONFIG QUIET COMPONENTS provider)
if(duroxide_FOUND)
  message(FATAL_ERROR "who writes a provider is told to come in")
endif()
CMAKE
cmake -S . -B cmake -DCMAKE_PREFIX_PATH="${library%/lib*}" >log 2>&1 || { cat log >&2; fail 'CMake did not find it'; }
say 'hidden: no name of CAF is shown, and a program with another CAF has run'
