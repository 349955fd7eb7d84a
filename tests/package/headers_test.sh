#!/usr/bin/env bash
# headers_test.sh INCLUDES COMPILER…: each public header compiles on its own, included first.
set -euo pipefail

includes=$1
shift
export includes

# shellcheck disable=SC2016  # for the inner shell
(cd "$includes" && find duroxide -name '*.hpp' -print0 | sort -z) |
  xargs -0 -P 2 -I{} bash -c '
    header=$1
    shift
    printf "#include <%s>\n#include <%s>\n" "$header" "$header" |
      "$@" -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only -I"$includes" -x c++ - ||
      { echo "does not compile alone: $header"; exit 1; }' _ {} "$@"
