#!/usr/bin/env bash
# terminal_test.sh DUROXIDE ENGINE JSON_GET: what the command asks and shows where somebody sits at a
# terminal.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_engine --socket
for number in 1 2 3; do
  run 0 start Echo "echo-$number" --input "$number"
  follow "echo-$number"
done
run 0 start Approval ask-1
stop_engine

# What is typed. It never comes to its end, at which `script` would wait for more.
mkfifo typed
exec 9<>typed

# on_terminal CODE ANSWER ARGUMENT…: the same as `run`, at a terminal of sixty columns whose user types
# the answer. Both outputs are one there.
on_terminal() {
  local code=0 expected=$1 answer=$2
  shift 2
  last="duroxide $* (on a terminal)"
  : >errors
  printf '%s\n' "$answer" >&9
  script --quiet --return --command "stty cols 60 && exec $(printf '%q ' "$duroxide" "$@")" \
    /dev/null <&9 >output 2>errors || code=$?
  ((code == expected)) || fail "$last: exit code $code instead of $expected"
}

# Whoever may lose something is asked, with what it would be, and nothing is done without a yes.
for answer in n '' nonsense; do
  on_terminal 130 "$answer" delete --prefix echo-
  says 'Delete 3 instances (and what is below them) for good? [y/N]' 'nothing was done'
done
run 0 --json count
has /count 4
for answer in y Y yes; do
  run 0 --json list --prefix echo- --limit 1
  on_terminal 0 "$answer" delete "$("$json_get" /instances/0/instance_id <output)"
  says 'for good? [y/N]' '1 instances deleted'
done
run 0 --json count
has /count 1
on_terminal 130 n prune --prefix ask- --keep-last 1
says 'Prune up to 1 instances? [y/N]' 'nothing was done'
on_terminal 0 '' delete --prefix ask- --dry-run
says 'nothing would be deleted'
says_not '[y/N]'
on_terminal 130 n terminate ask-1
says '[y/N]' 'nothing was done'
on_terminal 0 '' terminate ask-1 --yes
says 'ask-1: ended'
for number in 1 2; do
  run 0 start Approval "many-$number"
done
on_terminal 130 n cancel --all --prefix many-
says 'Ask 2 instances to stop, and their children with them? [y/N]' 'nothing was done'
on_terminal 0 '' cancel --all --prefix many- --dry-run
says 'would be asked to stop' 'many-2' 'and their children with them'
says_not '[y/N]'
on_terminal 0 y pause --all --prefix many-
says 'Pause 2 instances? [y/N]' '2 instances paused'
run 0 delete --prefix many- --force --yes
# What cannot be done is said before anybody is asked.
on_terminal 3 y delete nobody
says_not '[y/N]'

# How far it is, on one line that vanishes in the end.
on_terminal 0 '' verify
grep -qE $'\r\x1b\\[K[0-9]+ of [0-9]+' output || fail 'no progress on a terminal'
says 'all is well'
run 0 verify
if grep -qE '[0-9]+ of [0-9]+$' errors; then fail 'progress though nobody looks'; fi
# A watch: without an engine there is one look, which stays.
on_terminal 0 '' top
says 'instances:' 'so this is how it stands'

# Colours, and lines that fit.
unset NO_COLOR
TERM=xterm on_terminal 0 '' list
grep -q $'\x1b\\[1m' output || fail 'no colours on a terminal'
TERM=dumb on_terminal 0 '' list
if grep -q $'\x1b' output; then fail 'colours on a terminal that has none'; fi

# A terminal cannot be steered by names in metrics, which differ all the same.
run 0 start $'red \e[31m' odd-1
run 0 start 'red \x1b[31m' odd-2
on_terminal 0 '' metrics --format prometheus
says '{orchestration="red \\x1b[31m",status="running"} 1' '{orchestration="red \\\\x1b[31m",status="running"} 1'
says_not $'\e'

# A document that comes through a pipe.
run 0 export ask-1
sed 's/"ask-1"/"ask-2"/' output >document
last='duroxide import -'
"$duroxide" import - <document >output 2>errors || fail 'a document is not read from standard input'
says 'ask-2: '
