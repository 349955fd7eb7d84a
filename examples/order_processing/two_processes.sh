#!/usr/bin/env bash
# two_processes.sh ORDER_PROCESSING SERVER [ADDRESS]: two processes work off the same orders on one database,
# and one of them is killed. The other goes on with what that had in hand once its lease is over, and every
# order ends once, as in a run that nobody disturbs. SERVER (tests/postgres/server.sh) starts a private
# PostgreSQL, unless the address of another is given, whose schema `orders` must be empty.
set -euo pipefail

program=$(realpath "$1")
server=$(realpath "$2")
lease=2
directory=$(mktemp -d)
started=()
finish() {
  local process
  for process in "${started[@]}"; do
    kill -KILL "$process" 2>/dev/null || true
  done
  if [[ -n ${server_process-} ]]; then
    kill "$server_process" 2>/dev/null || true
    wait "$server_process" 2>/dev/null || true
  fi
  rm -rf "$directory"
}
trap finish EXIT
cd "$directory"

if (($# > 2)); then
  address=$3
else
  mkfifo to_server from_server
  "$server" <to_server >from_server &
  server_process=$!
  exec 7>to_server 8<from_server
  read -r address <&8
fi

"$program" --work-ms 1 --store calm --results calm.results >calm.output || { cat calm.output; exit 1; }
orders=$(wc -l <calm.results)

: >ledger
for name in ada bob; do
  "$program" --store "$address" --lease "$lease" --ledger ledger --results "$name.results" >"$name.output" 2>&1 &
  started+=($!)
done
echo "ada (${started[0]}) and bob (${started[1]}) work off $orders orders at $address"

until (($(wc -l <ledger) > orders / 2)); do
  kill -0 "${started[1]}" 2>/dev/null || { cat bob.output; exit 1; }
  sleep 0.1
done
kill -KILL "${started[0]}"
wait "${started[0]}" 2>/dev/null || true
echo "ada is killed after $(wc -l <ledger) effects"
wait "${started[1]}" || { cat bob.output; exit 1; }
tail -n 6 bob.output

cmp calm.results bob.results || { echo 'an order ended otherwise than in the undisturbed run'; exit 1; }
# What was at work when its process was killed may have happened twice, and nothing else.
cmp <(sort calm/ledger) <(sort -u ledger) || { echo 'the effects are others'; exit 1; }
echo "every order has ended once, as if nobody had been killed"
