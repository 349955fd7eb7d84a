#!/usr/bin/env bash
# services_test.sh CONTROL RUNTIME: two processes, of which either comes first, and the runtime is killed
# while the control service waits.
set -euo pipefail

control=$(realpath "$1")
runtime=$(realpath "$2")
directory=$(mktemp -d)
runtime_process=
finish() {
  [[ -z $runtime_process ]] || kill -KILL "$runtime_process" 2>/dev/null || true
  rm -rf "$directory"
}
trap finish EXIT
cd "$directory"

fail() {
  echo "expected: $1; got:"
  cat output errors
  exit 1
}
expect() {
  grep -qF -- "$1" output || fail "$1"
}
await() {
  for ((i = 0; i < 1200; ++i)); do
    ! grep -qF -- "$1" "$2" || return 0
    sleep 0.05
  done
  fail "$1"
}
start_runtime() {
  "$runtime" store >running 2>>errors &
  runtime_process=$!
  await running running
}

# The control service waits for the runtime, which is killed as soon as it runs, and runs again.
: >errors
"$control" store >output 2>errors &
control_process=$!
for ((i = 0; i < 1200; ++i)); do
  [[ ! -d store ]] || break
  sleep 0.05
done
start_runtime
await 'order-2: ' output
kill -KILL "$runtime_process"
wait "$runtime_process" 2>/dev/null || true
start_runtime
wait "$control_process" || {
  # It was killed in the midst of a change, of which nobody knows whether it was done: ask again.
  grep -qF 'nobody knows whether this was done' errors || fail 'order-1: Completed'
  "$control" store >output 2>errors || fail 'order-1: Completed'
}

# A second run finds what the first has done.
"$control" store >output 2>errors || fail 'order-1: is there already'
expect 'order-1: is there already'
expect 'order-1: Completed: order-1 paid, reserved, by dock 4'
expect 'order-2: waits for 1 event'
expect '2 orders, health 100'

kill -INT "$runtime_process"
wait "$runtime_process"
runtime_process=
grep -qF stopped running || fail stopped
