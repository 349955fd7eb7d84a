#!/usr/bin/env bash
# database_test.sh DUROXIDE ENGINE JSON_GET SERVER: every command on a store in PostgreSQL, beside an engine of
# another process, and without one.
server_script=$(realpath "$4")
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_server "$server_script"

# No command is forgotten here.
tried=' '
try() {
  local code=$1 word
  shift
  for word; do [[ $word == --* ]] || { tried+="$word "; break; }; done
  run "$code" "$@"
}

# No store: nothing is made.
try 4 list
complains 'there is no store in the schema'
try 4 start Echo some
complains 'no store'

start_engine --no-socket
run 0 --json stats
has /total_instances 0

# start, tail, show
try 0 start Echo echo-1 --input hello --tag blue
says 'echo-1: started'
try 0 tail echo-1
says 'OrchestrationStarted' 'OrchestrationCompleted' 'hello'
run 0 --json tail echo-1
tail -n 1 output >last && mv last output
has /ended true
has /live true
run 5 start Echo echo-1
complains 'echo-1'
run 0 --json start Echo echo-1 --input hello --same-input
has /created false
run 0 start Approval ask-1
mkfifo tailed
"$duroxide" tail ask-1 >tailed 2>errors &
tail_process=$!
seen=
while read -r line; do
  seen+="$line"$'\n'
  if [[ $line == *ExternalSubscribed* ]]; then
    try 0 show ask-1
    says 'Running' 'Approved' 'waits for a decision' 'stage' 'asked'
    try 0 raise ask-1 Approved --data 'by Ada'
    says 'ask-1: told'
  fi
done <tailed
wait "$tail_process" || fail 'the tail failed'
[[ $seen == *'by Ada'* && $seen == *OrchestrationCompleted* ]] || fail "the tail saw: $seen"
run 5 raise ask-1 Approved
run 3 raise nobody Approved
run 3 show nobody
run 3 tail nobody
run 1 tail
complains 'does not tell of changes'

# One that is deleted, or interrupted
run 0 start Approval ask-2
"$duroxide" --json tail ask-2 >tailed 2>errors &
tail_process=$!
exec 9<tailed
while read -r -u 9 line && [[ $line != *ExternalSubscribed* ]]; do :; done
run 0 delete ask-2 --force --yes
while read -r -u 9 line; do last_line=$line; done
exec 9<&-
wait "$tail_process" || fail 'the tail of what was deleted failed'
[[ $last_line == *'"deleted":true'* ]] || fail "the tail ended with: $last_line"
run 0 start Approval ask-2
"$duroxide" tail ask-2 >tailed 2>errors &
tail_process=$!
exec 9<tailed
while read -r -u 9 line && [[ $line != *ExternalSubscribed* ]]; do :; done
kill -INT "$tail_process"
code=0
wait "$tail_process" || code=$?
exec 9<&-
((code == 130)) || fail "an interrupted tail ended with $code"

# update, query
run 0 start Count count-1
try 0 update count-1 Add --input 3
[[ $(cat output) == 3 ]] || fail '3 was expected'
run 0 --json update count-1 Add -i 4 --id once
has /answer 7
try 0 query count-1 Total
[[ $(cat output) == 7 ]] || fail '7 was expected'
run 5 update count-1 Add --input -1
run 3 query nobody Total

# cancel, terminate
try 0 cancel ask-2 --reason 'too late'
follow ask-2
run 0 show ask-2
says 'Cancelled' 'too late'
run 0 start Approval ask-3
try 0 terminate ask-3 --reason 'out of control' --yes
run 5 terminate ask-3 --yes

# list, count, history, tree
run 0 start Failing bad-1 --input tea
follow bad-1
try 0 list
says 'echo-1' 'bad-1' 'Failed' 'Completed'
run 0 list --status failed --name Failing
says 'bad-1'
says_not 'echo-1'
run 0 list --tag blue
says 'echo-1'
run 0 list --search 'NO WAY: tea'
says 'bad-1' 'ERROR'
run 0 --json list --order id --limit 1
has /instances/0/instance_id ask-1
try 0 --json count --status failed
has /count 1
try 0 history ask-1
says 'ExternalSubscribed' 'by Ada'
run 3 history nobody
run 0 start Family home
for child in ada bob; do
  until "$duroxide" show "home/$child" 2>errors | grep -q 'waits for a decision'; do :; done
done
try 0 tree home
says 'home' '├─ home/ada' '└─ home/bob'
try 0 delete home --cascade --force --yes
says '3 instances deleted'

# stats, metrics, health, stuck, top
try 0 stats
says 'instances'
try 0 metrics
says 'duroxide_instances'
try 0 --json health
has /failed_instances 1
try 0 stuck
try 0 top --once
says 'count-1' '1 failed'
says_not 'no engine'
"$duroxide" --json top --interval 100ms >tailed 2>errors &
top_process=$!
exec 9<tailed
for _ in 1 2; do
  read -r -u 9 line
  [[ $line == *'"tells_changes":false'* && $line == *'"rates":null'* ]] || fail "top has told: $line"
done
kill -INT "$top_process"
code=0
wait "$top_process" || code=$?
exec 9<&-
((code == 130)) || fail "an interrupted top ended with $code"

# pause, resume, messages, drop, release
run 0 start Price cz
try 0 pause cz
run 0 raise cz ChangePrice --data notanumber
try 0 --json messages cz
message=
for place in 0 1; do
  # The instance may not have begun when it was paused: then its start waits too.
  if "$json_get" "/messages/$place/data" notanumber <output >/dev/null 2>&1; then
    message=$("$json_get" "/messages/$place/message_id" <output)
  fi
done
[[ -n $message ]] || fail 'the message is not listed'
run 0 stuck
says 'cz' 'paused'
try 0 drop cz "$message" --yes
try 0 resume cz
run 0 raise cz ChangePrice --data 13
follow cz
says 'costs 13 now'
run 0 pause --everything
run 0 --json stuck
has /paused/0/scope store
run 0 resume --everything
try 0 release cz
says '0 released'

# prune, rewind, fork, export, import
run 0 start Rounds rounds-1 --input a
run 0 raise rounds-1 Next
run 0 raise rounds-1 Next --data stop
follow rounds-1
try 0 --json prune rounds-1 --keep-last 1 --yes
has /executions_deleted 1
touch broken
run 0 start Fragile pot
follow pot
says 'the pot is broken'
rm broken
try 0 rewind pot --yes
follow pot
says 'hot tea is served'
try 0 fork pot pot-2 --event 1
follow pot-2
try 0 export pot
cp output pot.json
run 5 import pot.json
try 0 import pot.json --as pot-4
run 0 --json show pot-4
has /info/status/output 'hot tea is served'

# Many at once
for number in 1 2 3; do
  run 0 start Approval "many-$number" --tag many
done
run 0 --json pause --all --tag many --yes
has /done 3
run 0 cancel --all --tag many --reason enough --yes
says '3 instances asked to stop'
run 0 resume --all --tag many --yes
for number in 1 2 3; do
  follow "many-$number"
done
run 0 delete --tag many --yes
says '3 instances deleted'

# verify; and backup, which is the database's own business
try 0 verify
says 'all is well'
try 1 backup copy
complains "the database's own business"
complains 'pg_dump'
[[ ! -e copy ]] || fail 'a backup was made'

# The dashboard
mkfifo served
"$duroxide" --json ui --socket ui.sock >served 2>errors &
ui_process=$!
tried+='ui '
exec 9<served
read -r -u 9 line
[[ $line == *link* ]] || fail "the dashboard began with: $line"
kill -INT "$ui_process"
wait "$ui_process" || fail 'the dashboard failed'
exec 9<&-

# completion
try 0 completion bash
run 0 complete-words show po
says 'pot' 'pot-2'

# Without an engine what is looked at is the same, and what is done is there for the next one.
run 0 --json list --all
sort output >before
stop_engine
run 0 --json list --all
sort output | cmp - before || fail 'another list without an engine'
run 0 start Approval late-1
run 0 raise late-1 Approved --data 'in time'
start_engine --no-socket
follow late-1
says 'in time'
# Another schema is another store.
run 4 --store "$DUROXIDE_STORE&schema=elsewhere" list
complains elsewhere
stop_engine
run 0 verify

tried+='copy lint '  # the one has a test of its own, the other is about no store
run 0 complete-words ''
while read -r command; do
  [[ $tried == *" $command "* ]] || fail "not tested: $command"
done <output
echo 'all commands, on a store in PostgreSQL'
