#!/usr/bin/env bash
# What it costs to build this, and what a build gives out. See tests/README.md.
set -euo pipefail
# shellcheck source=tests/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

usage() {
  cat <<'USAGE'
usage: tests/figures.sh [PART…]

Measures, on a machine with nothing else to do:

  header   the public header by itself: what the compiler reads, and how long it takes
  library  what the library gives out: its symbols and its code
  edit     changing a file of the engine, and building and running its tests
  touch    changing a header that much includes, and building the library
  whole    the two commands for newcomers, each in a fresh clone (some 20 minutes)

Without a part: all but `whole`. `library`, `edit` and `touch` use the directory `build`, and build it
first if need be.
USAGE
}

# timed LABEL COMMAND…: prints how long a command takes, of the clock and of the processors.
timed() {
  local label=$1
  shift
  local TIMEFORMAT="%R %U %S" times
  times=$({ time "$@" >/dev/null 2>&1; } 2>&1) || die "this failed: $*"
  read -r clock user system <<<"$times"
  awk -v label="$label" -v clock="$clock" -v user="$user" -v sys="$system" \
    'BEGIN { printf "%-58s %7.1f s of the clock, %7.1f s of processors\n", label, clock, user + sys }'
}

figure() { printf '%-58s %7s %s\n' "$@"; }

built() {
  install_packages "${base_packages[@]}"
  configure "$root/build"
  ninja -C build >/dev/null
}

header() {
  local source
  source=$(mktemp --suffix=.cpp)
  echo '#include <duroxide/duroxide.hpp>' >"$source"
  figure "lines that \`#include <duroxide/duroxide.hpp>\` comes to" \
    "$(g++ -std=c++20 -Iinclude -E "$source" | wc -l)" lines
  timed 'to compile it alone, -O0' g++ -std=c++20 -O0 -Iinclude -c "$source" -o /dev/null
  rm -f "$source"
}

# symbols [PATTERN]: how many the library exports, or of them, those of a namespace or prefix.
symbols() {
  nm --dynamic --defined-only --demangle build/src/libduroxide.so | grep -c -E "${1-.}" || true
}

library() {
  built
  figure 'symbols that the library exports' "$(symbols)" symbols
  figure 'of them those of spdlog, fmt, CLI11, nlohmann/json and LMDB' \
    "$(symbols '(spdlog|fmt::|CLI::|nlohmann|mdb_)')" symbols
  figure 'of them those of CAF' "$(symbols 'caf::')" symbols
  figure 'code of the library' "$(size build/src/libduroxide.so | awk 'NR == 2 { printf "%.1f", $1 / 1e6 }')" MB
}

edit() {
  built
  touch src/engine/kept_rows.cpp
  timed "a file of the engine changed: build and run its tests" bash -c \
    'ninja -C build tests/provider/provider_tests && build/tests/provider/provider_tests "[kept]"'
}

touched() {
  built
  touch include/duroxide/events.hpp
  timed 'events.hpp changed: build the library' ninja -C build src/libduroxide.so.0.1.0
}

whole() {
  local clone
  clone=$(mktemp -d)
  git clone -q . "$clone"
  timed 'examples/run.sh in a fresh clone' "$clone/examples/run.sh"
  timed 'then tests/run.sh, all of it' "$clone/tests/run.sh"
  rm -rf "$clone"
}

[[ ${1-} != -h && ${1-} != --help ]] || {
  usage
  exit
}
(($# > 0)) || set -- header library edit touch
for part in "$@"; do
  case $part in
    header | library | edit | whole) "$part" ;;
    touch) touched ;;
    *) die "there is no part named $part" "See tests/figures.sh --help" ;;
  esac
done
