#!/usr/bin/env bash
# conformance_test.sh BUILD PROJECT: installs the library, builds a store of one's own with the conformance
# suite that is installed with it, and runs that: by CMake as a whole; by Meson the store alone, and the suite
# is read with the flags of pkg-config, as it would compile it. Then the store forgets something, and the
# suite must say so.
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

# What is installed has no header of the sources.
suite=$(pkg-config --variable=conformance_dir duroxide)/conformance
if grep -rE '#include "' "$suite" | grep -v '#include "conformance/'; then
  echo 'the suite includes what is not installed'
  exit 1
fi

meson setup build-meson >said || { cat said; exit 1; }
meson introspect --targets build-meson | grep -q "conformance/suite.cpp" ||
  { echo 'Meson does not compile the suite'; exit 1; }
ninja -C build-meson conformance.p/forwarding_store.cpp.o >said || { cat said; exit 1; }
# shellcheck disable=SC2046,SC2086  # several words each
${CXX:-c++} -std=c++20 -fsyntax-only -I"${suite%/conformance}" $(pkg-config --cflags duroxide catch2) \
  "$suite/suite.cpp"

cmake -S . -B build-cmake -DCMAKE_PREFIX_PATH="${config%/lib*/pkgconfig/*}" >said || { cat said; exit 1; }
cmake --build build-cmake
build-cmake/conformance
if FORGETFUL=1 build-cmake/conformance '[events]' >said; then
  echo 'a store that forgets keys was not found out'
  exit 1
fi
for case in 'an event with a key is delivered once' 'a message for a queue with a key is delivered once'; do
  grep -q "$case" said || { echo "no failure of: $case"; exit 1; }
done
grep -q 'the store: forwarding' said
