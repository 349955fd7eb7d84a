#!/usr/bin/env bash
# seeds_test.sh TABLE: every test case that the table names, as `file: "test case"`, exists, and each of
# its rows names one. Silent if so.
set -euo pipefail
export LC_ALL=C
table=$1

existing=$("$(dirname "${BASH_SOURCE[0]}")/cases.sh" | sed -E 's/^\[[^]]*\] +([^ ]+) +(".*")$/\1: \2/' | sort -u)
named=$(grep -oE '[a-z0-9_]+/[a-z0-9_]+\.cpp: "[^"]*"' "$table" | sort -u)
wrong=false
while read -r line; do
  echo "no such test case: $line"
  wrong=true
done < <(comm -23 <(echo "$named") <(echo "$existing"))
while read -r line; do
  echo "a row without a test case: $line"
  wrong=true
done < <(grep '^| ' "$table" | grep -vE '^\| seed |\.cpp: "')
[[ $wrong == false ]]
