#!/usr/bin/env bash
# expect_compile_error.sh [--alone] MESSAGE FILE COMPILER…: the file must not compile, and the compiler
# must print the message, with --alone as its only error; the same file with -DCORRECT must compile, so
# that nothing else is wrong in it.
set -euo pipefail
alone=
if [ "$1" = --alone ]; then
  alone=1
  shift
fi
message=$1
file=$2
shift 2
output=$(mktemp)
trap 'rm -f "$output"' EXIT
if ! "$@" -fsyntax-only -DCORRECT "$file" >"$output" 2>&1; then
  cat "$output"
  echo "FAILED: $file does not compile even where it is right"
  exit 1
fi
if "$@" -fsyntax-only "$file" >"$output" 2>&1; then
  echo "FAILED: $file compiles, but must not"
  exit 1
fi
if ! grep -qF "$message" "$output"; then
  cat "$output"
  echo "FAILED: the compiler did not say: $message"
  exit 1
fi
if [ -n "$alone" ] && [ "$(grep -c ' error: ' "$output")" -ne 1 ]; then
  cat "$output"
  echo "FAILED: the compiler said more than: $message"
  exit 1
fi
