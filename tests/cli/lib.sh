# shellcheck shell=bash
# What the tests of the command share. Source it with the paths of duroxide, engine and json_get as
# arguments; the test then stands in an empty directory, with the store in `store`.
set -euo pipefail

duroxide=$(realpath "$1")
engine_program=$(realpath "$2")
json_get=$(realpath "$3")
directory=$(mktemp -d)
engine_process=
server_process=
export DUROXIDE_STORE=store
unset NO_COLOR
cd "$directory"

finish() {
  local status=$?
  if [[ -n $engine_process ]]; then
    kill -KILL "$engine_process" 2>/dev/null || true
    wait "$engine_process" 2>/dev/null || true
  fi
  if [[ -n $server_process ]]; then
    kill "$server_process" 2>/dev/null || true
    wait "$server_process" 2>/dev/null || true
  fi
  rm -rf "$directory"
  ((status == 0)) || echo "FAILED after: ${last:-the start}"
}
trap finish EXIT

fail() {
  echo "$*"
  echo '--- output:'
  cat output
  echo '--- errors:'
  cat errors
  exit 1
}

# run CODE ARGUMENT…: runs the command, which must end with that code.
run() {
  local code=0 expected=$1
  shift
  last="duroxide $*"
  "$duroxide" "$@" >output 2>errors </dev/null || code=$?
  ((code == expected)) || fail "duroxide $*: exit code $code instead of $expected"
  if ((expected != 0 && expected != 6)) && [[ ! -s errors ]]; then
    fail "duroxide $*: failed without a word"
  fi
}

# says TEXT…: each is in the output of the last run.
says() {
  local text
  for text in "$@"; do
    grep -qF -- "$text" output || fail "expected in the output: $text"
  done
}
says_not() {
  ! grep -qF -- "$1" output || fail "not expected in the output: $1"
}
# complains TEXT: it is in what the last run said on standard error.
complains() {
  grep -qF -- "$1" errors || fail "expected among the errors: $1"
}
# has POINTER VALUE: the last run's output is JSON with that value.
has() {
  "$json_get" "$1" "$2" <output >/dev/null || fail "expected in the JSON: $1 = $2"
}

# start_engine --socket|--no-socket: returns when it runs. It ends with its standard input.
start_engine() {
  rm -f to_engine from_engine
  mkfifo to_engine from_engine
  "$engine_program" "$DUROXIDE_STORE" "$@" <to_engine >from_engine 2>engine.errors &
  engine_process=$!
  exec 7>to_engine 8<from_engine
  local line
  read -r line <&8 || { cat engine.errors; exit 1; }
  [[ $line == ready ]]
}
stop_engine() {
  exec 7>&- 8<&-
  wait "$engine_process"
  engine_process=
}
kill_engine() {
  kill -KILL "$engine_process"
  wait "$engine_process" 2>/dev/null || true
  engine_process=
  exec 7>&- 8<&-
}

# start_server SCRIPT: a private PostgreSQL server (tests/postgres/server.sh), until the end of the test; its
# address is the store's.
start_server() {
  mkfifo to_server from_server
  "$1" <to_server >from_server 2>server.errors &
  server_process=$!
  exec 5>to_server 4<from_server
  read -r DUROXIDE_STORE <&4 || { cat server.errors; exit 1; }
}

# follow INSTANCE: waits until it has ended.
follow() {
  run 0 tail "$1"
}
