#!/usr/bin/env bash
# project_test.sh BUILD PROJECT: installs the library, builds the example project against it with Meson
# and with CMake, and runs its tests: the program, and the lint on its source. Then the
# source has a mistake, and the lint must fail.
set -euo pipefail

build=$1
project=$2
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

DESTDIR=$directory/installed meson install -C "$build" --no-rebuild --quiet
config=$(find "$directory/installed" -name duroxide.pc)
PKG_CONFIG_PATH=$(dirname "$config")
export PKG_CONFIG_PATH
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
export LD_LIBRARY_PATH
cp -r "$project" "$directory/project"
cd "$directory/project"

# must_fail COMMAND…: and say which rule the source breaks.
must_fail() {
  if "$@" >"$directory/said" 2>&1; then
    echo "the mistake was not found: $*"
    exit 1
  fi
  grep -q 'greeter.cpp:14:.*: clock: ' "$directory/said" || { cat "$directory/said"; exit 1; }
}
mistake() {
  sed -i 's/  const bool morning = .*/  const bool morning = std::chrono::system_clock::now() < Timestamp();/' greeter.cpp
}

meson setup build-meson >"$directory/said" || { cat "$directory/said"; exit 1; }
meson test -C build-meson --print-errorlogs
cmake -S . -B build-cmake -DCMAKE_PREFIX_PATH="${config%/lib*/pkgconfig/*}"
cmake --build build-cmake
(cd build-cmake && ctest --output-on-failure)
mistake
must_fail cmake --build build-cmake --target lint
must_fail meson test -C build-meson --no-rebuild --print-errorlogs lint
