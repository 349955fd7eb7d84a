#!/usr/bin/env bash
# readme_test.sh README HELLO_WORLD: the first C++ snippet of the README is the example, word for
# word.
set -euo pipefail

diff <(awk '/^```cpp$/ { inside = 1; next } /^```$/ && inside { exit } inside' "$1") "$2" || {
  echo 'The first C++ snippet of README.md is not examples/hello_world.cpp: copy it over.'
  exit 1
}
