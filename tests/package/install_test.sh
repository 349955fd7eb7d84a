#!/usr/bin/env bash
# install_test.sh BUILD PROGRAMS COMPILER…: installs the library into an empty directory, builds and
# runs the programs there, paths with commas between, with what pkg-config says; the first of them in a
# later standard too; asks CMake for it; and runs the command.
set -euo pipefail

build=$1
IFS=, read -ra programs <<<"$2"
shift 2
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

DESTDIR=$directory meson install -C "$build" --no-rebuild --quiet
config=$(find "$directory" -name duroxide.pc)
[[ -n $config ]] || { echo 'duroxide.pc was not installed'; exit 1; }
library=$(dirname "$(dirname "$config")")

cp "${programs[@]}" "$directory"
cd "$directory"
PKG_CONFIG_PATH=$(dirname "$config")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs duroxide)
echo "flags: $flags"
[[ $flags != *-std=* ]] || { echo 'the package says in which standard a program is written'; exit 1; }
[[ $flags != *SPDLOG* && $flags != *-DFMT* ]] || { echo 'flags of a private library leak'; exit 1; }
for program in "${programs[@]}"; do
  name=$(basename "$program" .cpp)
  # shellcheck disable=SC2086  # the flags are words
  "$@" -std=c++20 "$name.cpp" -o "$name" $flags
  LD_LIBRARY_PATH=$library "./$name"
done
first=$(basename "${programs[0]}")

# An older standard is refused with a sentence, a later one is none of our business.
# shellcheck disable=SC2086
if "$@" -std=c++17 -fsyntax-only "$first" $flags 2>errors; then
  echo 'C++17 was not refused'
  exit 1
fi
grep -q 'duroxide is C++20: compile with -std=c++20' errors
# shellcheck disable=SC2086
"$@" -std=c++2b -fsyntax-only "$first" $flags
# What the library cannot do without is asked for with a sentence, too.
for without in rtti exceptions; do
  # shellcheck disable=SC2086
  if "$@" -std=c++20 "-fno-$without" -fsyntax-only "$first" $flags 2>errors; then
    echo "-fno-$without was not refused"
    exit 1
  fi
  grep -q "duroxide.*: compile without -fno-$without" errors
done
# cereal must lock what threads share, whoever includes it first.
printf '#include <cereal/cereal.hpp>\n#include <duroxide/codec.hpp>\n' >late.cpp
# shellcheck disable=SC2046
if "$@" -std=c++20 -fsyntax-only late.cpp $(pkg-config --cflags-only-I duroxide) 2>errors; then
  echo 'cereal without locks was not refused'
  exit 1
fi
grep -q 'compile with -DCEREAL_THREAD_SAFE=1' errors

# What CMake is told of it; project_test.sh builds with it.
mkdir with_cmake
cat >with_cmake/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.19)
project(asks LANGUAGES CXX)
find_package(duroxide 0.1 CONFIG REQUIRED COMPONENTS provider)
get_target_property(provider duroxide::provider INTERFACE_LINK_LIBRARIES)
if(NOT provider MATCHES "caf_core")
  message(FATAL_ERROR "who writes a provider finds no CAF")
endif()
find_package(duroxide 0.0.9...0.2 CONFIG REQUIRED)
find_package(duroxide 7.0 CONFIG QUIET)
if(duroxide_FOUND)
  message(FATAL_ERROR "a release that is not compatible was taken")
endif()
CMAKE
cmake -S with_cmake -B with_cmake/build -DCMAKE_CXX_COMPILER="${*: -1}" \
  -DCMAKE_PREFIX_PATH="${config%/lib*/pkgconfig/*}" >with_cmake/log 2>&1 ||
  { cat with_cmake/log; exit 1; }

# Names of different releases differ, so that two may be in one program.
release=$(sed -n 's/^#define DUROXIDE_ABI inline //p' "$(find "$directory" -name version.hpp)")
others=$(nm --dynamic --defined-only "$library"/libduroxide.so | sed 's/.* //' |
  grep -vE "^_Z(T[ISV])?N(K?[RO]?)8duroxide${#release}$release" || true)
[[ -z $others ]] || { echo "outside the namespace of the release, $release: $others"; exit 1; }

# The command needs nothing but what the library needs too.
command=$(find "$directory" -path '*/bin/duroxide')
"$command" --version
"$command" lint hello.cpp
