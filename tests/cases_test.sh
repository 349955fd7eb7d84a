#!/usr/bin/env bash
# cases_test.sh: each test case has a tag, and the list of tags is right; and `cases.sh --check`, which
# says so, finds each mistake in a directory that has them all. Silent if so.
set -euo pipefail
cases=$(dirname "${BASH_SOURCE[0]}")/cases.sh
"$cases" --check

wrong=$(mktemp -d)
trap 'rm -rf "$wrong"' EXIT
cat >"$wrong/tags" <<'TAGS'
timers   what is known
unused   what no case has
TAGS
cat >"$wrong/some_test.cpp" <<'SOURCE'
TEST_CASE("right", "[timers]") {}
TEST_CASE(
    "a \"long\" name",
    "[timers][timerz]") {
TEST_CASE("bare") {}
TEST_CASE_METHOD(Fixture, "of another kind", "[timers]") {}
SOURCE
expected='a test case that cannot be read: some_test.cpp	TEST_CASE_METHOD(Fixture, "of another kind", "[timers]") {}
a test case without a tag: some_test.cpp	"bare"
a tag that the file tests/tags does not have: [timerz]
a tag in the file tests/tags that no case has, or that stands there twice: [unused]'
if found=$("$cases" --in "$wrong" --check) || [[ $found != "$expected" ]]; then
  printf 'cases.sh --check found\n%s\nand should have failed with\n%s\n' "$found" "$expected"
  exit 1
fi

expected='[timers]           some_test.cpp                             "a \"long\" name"'
found=$("$cases" --in "$wrong" '[timers]' LONG)
if [[ $found != "$expected" ]]; then
  printf 'cases.sh printed\n%s\nand should have printed\n%s\n' "$found" "$expected"
  exit 1
fi
