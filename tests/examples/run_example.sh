#!/usr/bin/env bash
# run_example.sh PROGRAM TEXT…: runs the program twice in one empty directory, as a newcomer would.
# Each run must succeed and print a line with each TEXT.
set -euo pipefail

program=$(realpath "$1")
shift
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

for run in first second; do
  "$program" >output 2>errors || { echo "the $run run failed:"; cat output errors; exit 1; }
  cat output errors
  for text in "$@"; do
    if ! grep -qF -- "$text" output; then
      echo "the $run run did not print: $text"
      exit 1
    fi
  done
done
