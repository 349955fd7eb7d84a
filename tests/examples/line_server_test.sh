#!/usr/bin/env bash
# line_server_test.sh SERVER LOAD COMMAND: the server answers many lines at once, gives the same answer to
# who asks again, also after it was killed, and ends in an orderly way.
set -euo pipefail

server=$(realpath "$1")
load=$(realpath "$2")
command=$(realpath "$3")
directory=$(mktemp -d)
process=
trap '[[ -z $process ]] || kill -9 "$process" 2>/dev/null || true; rm -rf "$directory"' EXIT
cd "$directory"

fail() {
  echo "$1"
  cat output errors
  exit 1
}

start_server() {
  "$server" ./socket >output 2>errors &
  process=$!
  for ((i = 0; i < 600; ++i)); do
    grep -q listening output && return
    sleep 0.05
  done
  fail 'the server does not listen'
}

start_server
for in_flight in 1 64 512; do
  "$load" ./socket "$in_flight" 300 | tee result
  grep -qE "^300 requests, $in_flight in flight: [0-9]+ a second, p50 [0-9]+ us, p99 [0-9]+ us$" result ||
    fail 'the load did not say what it measured'
done

ask() {
  python3 - "$@" <<'PYTHON'
import socket, sys
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect("./socket")
    connection.sendall((sys.argv[1] + "\n").encode())
    print(connection.makefile().readline().rstrip())
PYTHON
}
[[ $(ask 'order-1 two words') == 'order-1 TWO WORDS' ]] || fail 'order-1 has a wrong answer'
kill -9 "$process"
wait "$process" 2>/dev/null || true
start_server
[[ $(ask 'order-1 two words') == 'order-1 TWO WORDS' ]] || fail 'order-1 is not found again'
[[ $(ask 'order-1 other words') == 'order-1 error: '* ]] || fail 'another text is not refused'

python3 - <<'PYTHON' || fail 'a peer that sends no more, or too much, is not answered'
import socket
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect("./socket")
    connection.sendall(b"order-2 half\n")
    connection.shutdown(socket.SHUT_WR)
    assert connection.makefile().read() == "order-2 HALF\n"
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect("./socket")
    connection.sendall(b"x" * 70000 + b"\n")
    assert connection.makefile().readline() == "error: a line is longer than 64 KiB\n"
PYTHON

"$command" --store line-store pause --orchestration Shout >/dev/null
python3 - "$command" <<'PYTHON' || fail 'who is refused waits for the workflow of somebody else'
import socket, subprocess, sys
def connect():
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    connection.connect("./socket")
    return connection
with connect() as connection:
    answers = connection.makefile()
    connection.sendall(b"order-3 one\norder-3 two\n")
    assert answers.readline().startswith("order-3 error: ")
    subprocess.run([sys.argv[1], "--store", "line-store", "resume", "--orchestration", "Shout"],
                   check=True, stdout=subprocess.DEVNULL)
    assert answers.readline() == "order-3 ONE\n"
PYTHON

kill -TERM "$process"
wait "$process" || fail 'the server did not end well'
process=
grep -q stopped output || fail 'the server did not say that it has stopped'

echo precious >plain
if "$server" ./plain >output 2>errors; then fail 'the server listens where a file is'; fi
grep -q 'is there, and no socket' errors || fail 'the server did not say what is in its way'
grep -q precious plain || fail 'the server has removed a file'
