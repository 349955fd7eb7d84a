#!/usr/bin/env bash
# install_test.sh BUILD PROGRAMS COMPILER…: installs the library into an empty directory, builds and
# runs the programs there, paths with commas between, with pkg-config alone, and runs the command.
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
for program in "${programs[@]}"; do
  name=$(basename "$program" .cpp)
  # shellcheck disable=SC2086  # the flags are words
  "$@" "$name.cpp" -o "$name" $flags
  LD_LIBRARY_PATH=$library "./$name"
done
# The command needs nothing but what the library needs too.
command=$(find "$directory" -path '*/bin/duroxide')
"$command" --version
# So is the lint.
"$(dirname "$command")/duroxide-check-coroutines" hello.cpp
