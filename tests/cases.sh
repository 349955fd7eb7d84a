#!/usr/bin/env bash
# Prints the table of all test cases, from their sources; see usage below.
set -euo pipefail
export LC_ALL=C

usage() {
  cat <<'USAGE'
usage: tests/cases.sh [--in DIRECTORY] [[TAG]…] [WORD…]
       tests/cases.sh [--in DIRECTORY] --tags | --check

Prints a line for each tag of each test case: the tag, the file, the name. With tags in brackets only
theirs; with words only cases that have each of them in the name or the file, in capitals or not.

  tests/cases.sh '[timers]'            cases about timers
  tests/cases.sh '[children]' cancel   those about children that speak of cancelling
  tests/cases.sh retention_test        those of a file

  --tags           the tags, what each means, and how many cases have it
  --check          say nothing, but for a case without a tag, a tag that the list of tags does not have,
                   or one that no case has
  --in DIRECTORY   where the tests are, and their list of tags, the file `tags`; default: where this is
  -h, --help       this text
USAGE
}

directory=$(dirname "${BASH_SOURCE[0]}")
mode=table
tags=
words=()
while (($# > 0)); do
  case $1 in
    -h | --help)
      usage
      exit
      ;;
    --tags | --check) mode=${1#--} ;;
    --in)
      directory=${2:?--in needs a directory}
      shift
      ;;
    -*)
      echo "unknown option $1; --help tells what there is" >&2
      exit 2
      ;;
    \[*\]) tags+=$1 ;;
    *) words+=("${1,,}") ;;
  esac
  shift
done
cd "$directory"

# A line for each case: file, name in quotes, all its tags in brackets; with tabs between them. The name
# may stand in the line below, and the tags in one of their own.
mapfile -t sources < <(find . -name '*.cpp' -printf '%P\n' | sort)
cases=$(awk '
  function unread() {
    if (left > 0) printf "%s\t%s\n", file, text
    left = 0
  }
  /^ *[A-Z_]*TEST_CASE[A-Z_]*\(/ { unread(); file = FILENAME; text = ""; left = 4 }
  left > 0 {
    text = text $0
    if (text ~ /^TEST_CASE\( *"([^"\\]|\\.)*"(, *"[^"]*")?\) *\{/) {
      match(text, /"([^"\\]|\\.)*"/)
      name = substr(text, RSTART, RLENGTH)
      rest = substr(text, RSTART + RLENGTH)
      split(rest, parts, "\"")
      printf "%s\t%s\t%s\n", file, name, rest ~ /^,/ ? parts[2] : ""
      left = 0
    } else if (left == 1) {
      unread()
    } else {
      --left
    }
  }
  END { unread() }' "${sources[@]}" </dev/null)

# A line for each tag of each case: [tag], file, name.
by_tag() {
  awk -F '\t' '{
    count = split(substr($3, 2, length($3) - 2), tags, /\]\[/)
    for (i = 1; i <= count; ++i) printf "[%s]\t%s\t%s\n", tags[i], $1, $2
  }' <<<"$cases" | sort
}

wrong=false
complain() { # complain WHAT: says WHAT before each line of its input
  local line
  while read -r line; do
    echo "$1: $line"
    wrong=true
  done
}

case $mode in
  table)
    rows=$(by_tag | awk -F '\t' -v wanted="$tags" 'wanted == "" || index(wanted, $1)')
    for word in "${words[@]}"; do
      rows=$(awk -F '\t' -v word="$word" 'index(tolower($2 " " $3), word)' <<<"$rows")
    done
    if [[ -z $rows ]]; then
      echo "no such case; tests/cases.sh --tags lists the tags" >&2
      exit 1
    fi
    awk -F '\t' '{ printf "%-19s%-42s%s\n", $1, $2, $3 }' <<<"$rows"
    ;;
  tags)
    { by_tag; sed '1,/^$/d' tags; } | awk -F '\t' '
      NF == 3 { ++count[$1]; next }
      /^#/ || NF == 0 { print; next }
      { printf "%4d  %s\n", count["[" substr($0, 1, index($0, " ") - 1) "]"], $0 }'
    ;;
  check)
    complain "a test case that cannot be read" < <(grep -v $'^[^\t]*\t"' <<<"$cases")
    complain "a test case without a tag" < <(grep $'\t$' <<<"$cases")
    used=$(by_tag | cut -f 1 | sort -u)
    listed=$(sed -nE 's/^([^# ]+) .*/[\1]/p' tags | sort)
    complain "a tag that the file tests/tags does not have" < <(comm -23 <(echo "$used") <(echo "$listed"))
    complain "a tag in the file tests/tags that no case has, or that stands there twice" \
      < <(comm -13 <(echo "$used") <(echo "$listed"))
    [[ $wrong == false ]]
    ;;
esac
