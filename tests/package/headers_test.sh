#!/usr/bin/env bash
# headers_test.sh INCLUDES COMPILER…: each public header compiles on its own, included first; and all of them
# together in the next standard.
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

# In C++23 the standard library and the language have names of their own for some of what is ours.
(cd "$includes" && find duroxide -name '*.hpp' | sort | sed 's/.*/#include <&>/') |
  "$@" -std=c++2b -Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only -I"$includes" -x c++ - ||
  { echo 'the headers do not compile as C++23'; exit 1; }
