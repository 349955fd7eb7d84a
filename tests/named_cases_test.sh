#!/usr/bin/env bash
# named_cases_test.sh PAGE: every test case that a page names, as `file: "test case"`, exists, and each row
# of its tables names one. Silent if so.
set -euo pipefail
export LC_ALL=C
page=$1

existing=$("$(dirname "${BASH_SOURCE[0]}")/cases.sh" | sed -E 's/^\[[^]]*\] +([^ ]+) +(".*")$/\1: \2/' | sort -u)
named=$(grep -oE '[a-z0-9_]+/[a-z0-9_]+\.cpp: "[^"]*"' "$page" | sort -u)
wrong=false
while read -r line; do
  echo "no such test case: $line"
  wrong=true
done < <(comm -23 <(echo "$named") <(echo "$existing"))
while read -r line; do
  echo "a row without a test case: $line"
  wrong=true
done < <(awk '/^\|-/ { row = ""; next } row != "" { print row } { row = /^\| / ? $0 : "" }
              END { if (row != "") print row }' "$page" | grep -v '\.cpp: "')
[[ $wrong == false ]]
