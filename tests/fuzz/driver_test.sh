#!/usr/bin/env bash
# driver_test.sh BROKEN_FUZZ: the driver finds what is wrong with a target, keeps the input, and runs it
# again.
set -euo pipefail
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

fail() {
  echo "$1" >&2
  cat "$work/said" >&2
  exit 1
}

# broken ARGUMENT…: runs what must fail, and leaves in $kept the file that it names.
broken() {
  if "$program" "$@" >"$work/said" 2>&1; then
    fail "nothing was found with $*"
  fi
  kept=$(sed -n 's/^fuzz broken: .*; its bytes are in //p' "$work/said")
  [[ -n $kept ]] || fail "no input was kept with $*"
}

"$program" --write-corpus corpus
"$program" --inputs=0 corpus >"$work/said" || fail "the corpus alone fails"
[[ $(cat "$work/said") == "tried: 2 inputs of broken" ]] || fail "the inputs are not counted"

DUROXIDE_SEED=5 broken --inputs=100000 corpus
found=$kept
number=$(sed -n 's/^fuzz broken: input \([0-9]*\) of DUROXIDE_SEED=5 has failed.*/\1/p' "$work/said")
[[ -n $number ]] || fail "the number of the input is not told"
broken "$found"
cmp "$found" "$kept" || fail "another input is kept when it is run again"
DUROXIDE_SEED=5 broken "--only=$number" corpus
cmp "$found" "$kept" || fail "its number makes another input"

for defect in wrong fault; do
  printf '%s' "$defect" >"$work/$defect"
  broken "$work/$defect"
  cmp "$work/$defect" "$kept" || fail "another input is kept for $defect"
done
