#!/usr/bin/env bash
# static.sh: builds the library in both kinds, and links a program with the static one, by pkg-config and by
# CMake. It must run without the shared one, and have all that a runtime finds when a program is loaded.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages "${base_packages[@]}" cmake
build=$root/build-static
configure "$build" -Ddefault_library=both -Dwerror=true -Dtests=false -Dexamples=false
build "$build"
library=$(installed "$build")
export PKG_CONFIG_PATH=$library/pkgconfig
rm "$library"/libduroxide.so*  # or a linker would take that

cp "$root/tests/package/with_socket.cpp" "$work"
cd "$work"
# With nothing else, as no flag of a private library may come along.
[[ $(pkg-config --cflags duroxide) != *SPDLOG* ]] || fail 'flags of a private library leak'
# shellcheck disable=SC2046,SC2086  # compiler and flags are words
${CXX:-g++} -std=c++20 with_socket.cpp -o by_pkg_config $(pkg-config --static --cflags --libs duroxide)

cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.19)
project(linked_statically LANGUAGES CXX)
find_package(duroxide 0.1 CONFIG REQUIRED)
add_executable(by_cmake with_socket.cpp)
target_link_libraries(by_cmake PRIVATE duroxide::static)
CMAKE
prefix=${library%/lib*}
{ cmake -S . -B cmake -DCMAKE_PREFIX_PATH="$prefix" && cmake --build cmake; } >log 2>&1 ||
  { cat log >&2; fail 'CMake could not'; }

for program in ./by_pkg_config cmake/by_cmake; do
  ! ldd "$program" | grep -q duroxide || fail "$program wants the shared library"
  "$program" || fail "$program has failed"
done
say 'static: linked by pkg-config and by CMake, and run'
