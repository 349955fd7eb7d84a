#!/usr/bin/env bash
# usage_test.sh CLIENT RUNTIME: the client starts orders in a store, the runtime works on them, and
# the client sees what became of them.
set -euo pipefail

client=$(realpath "$1")
runtime=$(realpath "$2")
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

expect() {
  if ! grep -qF -- "$1" output; then
    echo "expected: $1; got:"
    cat output
    exit 1
  fi
}

"$client" store >output
expect 'order-1: started'
expect 'order-3: Running'

"$runtime" store --for 2 >output 2>errors
expect 'stopped'

"$client" store >output
expect 'order-1: Completed: order-1 completed after dock 4'
expect 'order-2: Cancelled'
expect 'order-3: Completed'

# An interrupt ends the runtime in an orderly way.
"$runtime" store >output 2>errors &
process=$!
for ((i = 0; i < 600; ++i)); do
  grep -q running output && break
  sleep 0.05
done
kill -INT "$process"
wait "$process"
expect 'stopped'
