#!/usr/bin/env bash
# catalogue_test.sh TESTS TABLE: every test case that the table names exists in the sources below the
# directory TESTS, and nothing in it is marked as MISSING. Silent if so.
set -euo pipefail
export LC_ALL=C
cd "$1"
table=$2

# One line `file: "test case"` for each.
named=$(grep -oE '[a-z0-9_]+/[a-z0-9_]+\.cpp: "[^"]*"' "$table" | sort -u)
existing=$(find . -name '*.cpp' -printf '%P\n' | while read -r file; do
  # A long name stands in the line after its TEST_CASE.
  tr '\n' ' ' <"$file" | { grep -oE 'TEST_CASE\( *"[^"]*"' || true; } |
    sed -E "s|^TEST_CASE\\( *|$file: |"
done | sort -u)

if [[ -z $named ]]; then
  echo "$table names no test case at all"
  exit 1
fi
wrong=false
while read -r line; do
  echo "no such test case: $line"
  wrong=true
done < <(comm -23 <(echo "$named") <(echo "$existing"))
while read -r line; do
  echo "to be written: $line"
  wrong=true
done < <(grep -oE 'MISSING: [^|]*' "$table" | sed -E 's/^MISSING: //; s/ +$//' | sort -u)
[[ $wrong == false ]]
