#!/usr/bin/env bash
# install_test.sh BUILD PROGRAM COMPILER…: installs the library into an empty directory, builds
# and runs the program there with pkg-config alone, and runs the command.
set -euo pipefail

build=$1
program=$2
shift 2
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

DESTDIR=$directory meson install -C "$build" --no-rebuild --quiet
config=$(find "$directory" -name duroxide.pc)
[[ -n $config ]] || { echo 'duroxide.pc was not installed'; exit 1; }
library=$(dirname "$(dirname "$config")")

cp "$program" "$directory/hello.cpp"
cd "$directory"
PKG_CONFIG_PATH=$(dirname "$config")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs duroxide)
echo "flags: $flags"
# shellcheck disable=SC2086  # the flags are words
"$@" hello.cpp -o hello $flags
LD_LIBRARY_PATH=$library ./hello
# The command finds the library beside itself.
command=$(find "$directory" -path '*/bin/duroxide')
"$command" --version
# So is the lint.
"$(dirname "$command")/duroxide-check-coroutines" hello.cpp
