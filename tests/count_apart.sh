#!/usr/bin/env bash
# count_apart.sh BUILD COMMAND…: runs a test of an instrumented build. What it counts goes into a directory of its
# own, and is added to BUILD/counts once it has ended. A process that is killed while it writes its counts leaves a
# file that nothing can be added to: so that is lost alone, and not what all tests have counted there.
set -euo pipefail

build=$1
shift
own=$(mktemp -d "$build/counts.XXXXXX")
trap 'rm -rf "$own"' EXIT
status=0
GCOV_PREFIX=$own/raw "$@" || status=$?
counted=$own/raw$build
[[ -d $counted ]] || exit "$status"

exec 9>"$build/counts.lock"
flock 9
# Adds what was counted to what there is already.
add() {
  local how=(rewrite -s 1 "$counted")
  [[ ! -d $build/counts ]] || how=(merge "$counted" "$build/counts")
  rm -rf "$own/sum"
  gcov-tool "${how[@]}" -o "$own/sum" >"$own/said" 2>&1
}
functions_in() { gcov-dump "$1" 2>&1 | grep -c FUNCTION || true; }
# Of a file that was cut off, what is there may be read and yet is of other functions than the whole.
drop_broken() {
  local file=$1 sum=$build/counts/$1 dropped
  rm -rf "$own/alone" "$own/before" "$own/sum"
  mkdir -p "$own/alone" "$own/before"
  cp "$counted/$file" "$own/alone/counts.gcda"
  local how=(rewrite -s 1 "$own/alone")
  if [[ -e $sum ]]; then
    cp "$sum" "$own/before/counts.gcda"
    how=(merge "$own/alone" "$own/before")
  fi
  gcov-tool "${how[@]}" -o "$own/sum" >"$own/said" 2>&1 && return
  dropped=$counted/$file
  if [[ -e $sum ]] && (($(functions_in "$sum") < $(functions_in "$counted/$file"))); then
    dropped=$sum
  fi
  rm "$dropped"
  echo "${file#./}: some of it is not counted, as a process was killed while it wrote this" >>"$build/not_counted.txt"
}
if ! add; then
  (cd "$counted" && find . -name '*.gcda') | while IFS= read -r file; do drop_broken "$file"; done
  if ! add; then
    cat "$own/said" >&2
    exit 1
  fi
fi
rm -rf "$build/counts"
mv "$own/sum" "$build/counts"
exit "$status"
