#!/usr/bin/env bash
# live_test.sh DUROXIDE ENGINE JSON_GET: every command against an engine in another process.
guide=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../examples/guide.md")
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_engine --socket
[[ $(stat -c %a store/duroxide.sock) == 600 ]] || fail 'the socket is open to others'

# start, tail: an instance is followed to its end.
run 0 start Echo echo-1 --input hello
says 'echo-1: started'
run 0 tail echo-1
says 'OrchestrationStarted' 'OrchestrationCompleted' 'hello'
run 5 start Echo echo-1
complains 'echo-1'
run 0 start Echo echo-1 --use-existing
says 'echo-1: was there already'
run 0 --json start Echo echo-1 --input hello --same-input
has /created false
run 5 start Echo echo-1 --input other --same-input
complains 'with another input'
run 0 --json start Echo echo-1 --reuse use-existing
has /created false
run 2 start Echo echo-1 --reuse terminate
complains '--yes'
run 0 start Echo echo-1 --input hello --reuse Terminate --yes
says 'in the place of the one that had the id'
run 0 tail echo-1
run 2 start Echo echo-1 --reuse maybe
complains 'reject, use-existing, same-input or terminate'
run 2 start Echo echo-1 --reuse reject --use-existing
run 2 start Echo
run 2 start Echo ''
run 0 --json tail echo-1
[[ $("$json_get" --lines <output) == 3 ]] || fail 'two events and the end were expected'
tail -n 1 output >last && mv last output
has /ended true
has /deleted false
run 3 tail nobody

# A tail sees what happens while it runs, and ends with the instance.
run 0 start Approval ask-1
mkfifo tailed
"$duroxide" tail ask-1 >tailed 2>errors &
tail_process=$!
seen=
while read -r line; do
  seen+="$line"$'\n'
  if [[ $line == *ExternalSubscribed* ]]; then
    # show: what it waits for, and since when.
    run 0 show ask-1
    says 'Running' 'Approved' 'waits for a decision' 'stage' 'asked'
    run 0 --json show ask-1
    has /info/status/state Running
    has /info/status/custom_status 'waits for a decision'
    has /current_execution/pending_events/0/name Approved
    has /values/0/value asked
    run 0 raise ask-1 Approved --data 'by Ada'
    says 'ask-1: told'
  fi
done <tailed
wait "$tail_process" || fail 'the tail failed'
[[ $seen == *'by Ada'* && $seen == *OrchestrationCompleted* ]] || fail "the tail saw: $seen"
run 0 start Approval empty-1
run 0 raise empty-1 Approved --data= --json
follow empty-1
run 0 --json show empty-1
has /info/status/output ''
run 0 start Approval odd-1
run 0 raise odd-1 Approved --data --queue=
follow odd-1
run 0 --json show odd-1
has /info/status/output --queue=
run 0 delete --prefix empty- --yes
run 0 delete --prefix odd- --yes
run 5 raise ask-1 Approved
run 3 raise nobody Approved
run 0 --json show ask-1
has /info/status/output 'by Ada'
run 3 show nobody
run 2 show

# update, query
run 0 start Count count-1
run 0 update count-1 Add --input 3
[[ $(cat output) == 3 ]] || fail '3 was expected'
run 0 --json update count-1 Add -i 4 --id once
has /answer 7
run 0 update count-1 Add -i 4 --id once
says 7
run 0 query count-1 Total
[[ $(cat output) == 7 ]] || fail '7 was expected'
run 0 --json query count-1 Total --timeout 20s
has /answer 7
run 5 update count-1 Add --input -1
complains 'it only goes up'
run 1 update count-1 Nothing --timeout 1ms
complains 'goes its way all the same'
run 1 query count-1 Nothing
complains 'Total'
run 3 update nobody Add --input 1
run 3 query nobody Total
run 2 update count-1
run 0 raise count-1 parcels --queue --key box --data x
run 0 raise count-1 parcels --queue --key box --data x
run 5 raise count-1 parcels --queue --key box --data y
run 0 raise count-1 Stop --key stop --data x
run 0 raise count-1 Stop --key stop --data x
says 'count-1: told'
run 5 raise count-1 Stop --key stop --data y
complains 'another event or message under the key'
run 2 raise count-1 Stop --key ''
run 5 raise count-1 Stop --queue --key stop --data x
follow count-1
run 0 raise count-1 Stop --key stop --data x
run 0 update count-1 Add -i 4 --id once
says 7
run 5 update count-1 Add -i 4
run 5 query count-1 Total
run 0 delete count-1 --yes
run 0 start Approval ask-with --with-event Approved --data 'by Eve' --key k
says 'ask-with: started'
follow ask-with
run 0 --json start Approval ask-with --with-event Approved --data 'by Eve' --key k
has /created false
run 5 start Approval ask-with --with-event Approved
run 5 start Approval ask-with --with-event Approved --reuse reject
run 2 start Approval ask-other --data x
run 0 --json show ask-with
has /info/status/output 'by Eve'
run 0 delete ask-with --yes

# A tail is interrupted, and the engine goes on.
run 0 start Approval ask-2
rm tailed && mkfifo tailed
"$duroxide" tail ask-2 >tailed 2>errors &
tail_process=$!
exec 9<tailed
while read -r -u 9 line && [[ $line != *ExternalSubscribed* ]]; do :; done
kill -INT "$tail_process"
code=0
wait "$tail_process" || code=$?
exec 9<&-
((code == 130)) || fail "an interrupted tail ended with $code"

# cancel, terminate
run 0 cancel ask-2 --reason 'too late'
follow ask-2
run 0 show ask-2
says 'Cancelled' 'too late'
run 5 cancel ask-2
run 3 cancel nobody
run 0 start Approval ask-3
run 0 terminate ask-3 --reason 'out of control' --yes
run 0 show ask-3
says 'Cancelled' 'out of control'
run 5 terminate ask-3 --yes
run 3 terminate nobody --yes

# A tail of the whole store, at once for people and for programs
mkfifo watched
"$duroxide" tail >tailed 2>errors &
tail_process=$!
"$duroxide" --json tail --name Failing --status failed --prefix seen- >watched 2>/dev/null &
watch_process=$!
exec 9<tailed 6<watched
read -r -u 9 line
[[ $line == *following* ]] || fail "the tail began with: $line"
read -r -u 6 line
[[ $line == *'"kind":"following"'* ]] || fail "the tail began with: $line"
run 0 start Failing other-1
run 0 start Failing seen-1 --input tea
read -r -u 6 line
[[ $line == *'"instance_id":"seen-1"'* && $line == *'no way: tea'* ]] || fail "told was: $line"
seen=
while [[ $seen != *'no way: tea'* ]] && read -r -u 9 line; do
  seen+="$line"$'\n'
done
[[ $seen == *started*other-1* && $seen == *started*seen-1* && $seen == *failed*seen-1* ]] ||
  fail "the tail saw: $seen"
for process in "$tail_process" "$watch_process"; do
  kill -INT "$process"
  code=0
  wait "$process" || code=$?
  ((code == 130)) || fail "an interrupted tail ended with $code"
done
exec 9<&- 6<&-
run 2 tail --execution 1
run 2 tail seen-1 --turns
run 0 delete --name Failing --yes

# history
run 0 history ask-1
says 'ExternalSubscribed' 'by Ada'
run 0 --json history ask-1
has /execution_id 1
has /events/0/type OrchestrationStarted
run 3 history nobody
run 3 history ask-1 --execution 9

# tree
run 0 start Family home
rm tailed && mkfifo tailed
"$duroxide" tail home >tailed 2>errors &
tail_process=$!
exec 9<tailed
children=0
while ((children < 2)) && read -r -u 9 line; do
  [[ $line != *SubOrchestrationScheduled* ]] || children=$((children + 1))
done
run 0 tree home
says 'home' '├─ home/ada' '└─ home/bob'
run 0 --json tree home
has /root_id home
has /instances 3
run 3 tree nobody
run 0 show home
says 'child' 'home/ada'

# delete: a tree, by hand and by a filter
run 5 delete home --yes
run 5 delete home --cascade --yes
complains 'running'
run 2 delete home --cascade --force
complains '--yes'
run 5 delete home --dry-run
complains 'descendants'
run 5 delete home --cascade --dry-run
complains 'running'
run 5 delete home/ada --force --dry-run
complains 'child'
run 0 delete --prefix home --dry-run
says 'nothing would be deleted'
run 0 delete home --cascade --force --dry-run
says 'home/ada' 'home/bob'
run 0 delete home --cascade --force --yes
says '3 instances deleted'
while read -r -u 9 line; do :; done
wait "$tail_process" || fail 'the tail of what was deleted failed'
exec 9<&-
run 3 show home/ada
run 3 delete nobody --yes
run 2 delete --yes
run 2 delete echo-1 --status completed --yes
run 0 delete --prefix ask- --dry-run
says 'ask-1' 'ask-2'
run 0 --json delete --prefix ask- --yes
has /instances_deleted 3

# list, count
run 0 start Failing bad-1 --input tea
follow bad-1
run 0 list
says 'echo-1' 'bad-1' 'Failed' 'Completed' 'INSTANCE'
run 0 list --status failed
says 'bad-1'
says_not 'echo-1'
run 0 list --status Failed,completed --name Echo --since 1h --roots
says 'echo-1'
says_not 'bad-1'
run 0 list --since 2999-01-01
says 'no instances'
run 0 list --search 'NO WAY: tea'
says 'bad-1' 'ERROR' 'no way: tea'
says_not 'echo-1'
run 0 list --status completed
says_not 'ERROR'
run 0 --json count --search ECHO-
has /count 1
run 2 list --search ''
complains '1 to 1,000 will do'
run 0 list --order id --descending --limit 1
says 'echo-1' '--cursor'
run 0 --json list --order id --limit 1
has /instances/0/instance_id bad-1
cursor=$("$json_get" /next_cursor <output)
run 0 --json list --order id --limit 1 --cursor "$cursor"
has /instances/0/instance_id echo-1
has /next_cursor null
run 0 --json list --all
[[ $("$json_get" --lines <output) == 2 ]] || fail 'two instances were expected'
run 0 list --all
says '2 instances'
run 2 list --status frozen
run 2 list --cursor nonsense
for number in -1 0 010x 0x10 +1 ' 1' '' 18446744073709551616; do
  run 2 list --limit "$number"
  complains 'whole number'
done
run 2 list --all -l 0
run 2 delete --everything -l 0 --yes
run 2 stuck -l 0
run 2 list --limit= --all
run 0 list --limit 010
run 0 count --status failed
[[ $(cat output) == 1 ]] || fail 'one failed instance was expected'
run 0 --json count
has /count 2

# What was cancelled has not failed, and what is paused can be asked for.
run 0 start Approval gone-1
run 0 terminate gone-1 --reason enough --yes
run 0 list --status failed
says_not 'gone-1'
run 0 list --status cancelled
says 'gone-1' 'Cancelled'
run 0 --json list --status cancelled --all
has /status Cancelled
has /cancelled true
has /error/message enough
run 0 count --status failed
[[ $(cat output) == 1 ]] || fail 'what was cancelled is counted as failed'
run 0 start Approval held-1
run 0 pause held-1
run 0 list --status paused,cancelled
says 'gone-1' 'held-1'
run 0 count --status paused
[[ $(cat output) == 1 ]] || fail 'one paused instance was expected'
run 0 --json health
has /health_score 50
has /failed_instances 1
has /cancelled_instances 1
has /paused_instances 1
run 0 health
says 'score:' '50 of 100: 1 of the 2 instances that ended completed, 1 failed'
run 0 delete gone-1 --yes
run 0 delete held-1 --force --yes

# stats, metrics, health, stuck
run 0 stats
says 'instances:' 'timers:'
run 0 --json stats
has /total_instances 2
has /failed_instances 1
run 0 metrics
says 'METRIC' 'duroxide_instances' 'status=failed' 'duroxide_flush_duration_seconds' '<= '
run 0 --json metrics
has /families/0/name duroxide_instances
run 0 metrics --format prometheus
says '# TYPE duroxide_turns_total counter' 'duroxide_turns_total{outcome="completed"} ' \
  'duroxide_flush_duration_seconds_bucket{le="+Inf"} ' 'duroxide_activity_wait_seconds_count '
while read -r _ _ name kind; do
  grep -q "^| \`$name\` | $kind | " "$guide" || fail "not in the guide: the $kind $name"
done < <(grep '^# TYPE' output)
(($(grep -c '^# TYPE' output) == $(grep -c "^| .duroxide_[a-z_]*. | " "$guide"))) ||
  fail 'the guide lists families that there are not'
run 2 metrics --format xml
complains 'families or prometheus'
run 0 health
says 'of 100'
run 0 --json health
has /recent_failures 1
run 0 top --once
says 'instances:' 'rates:' 'from the next look on' 'of files with the log'
run 0 --json top --once
has /live true
has /rates null
has /metrics/failed_instances 1
run 2 top --interval 1ms
complains '100ms'
rm tailed && mkfifo tailed
"$duroxide" --json top --interval 100ms --rows 0 >tailed 2>errors &
tail_process=$!
exec 9<tailed
for look in first second; do
  read -r -u 9 line
  [[ $line == *'"longest":[]'* ]] || fail "the $look look was: $line"
done
[[ $line == *'"rates":{'* ]] || fail "the second look has no rates: $line"
kill -INT "$tail_process"
code=0
wait "$tail_process" || code=$?
exec 9<&-
((code == 130)) || fail "an interrupted watch ended with $code"
run 0 stuck
says 'nothing is stuck'
run 0 start NoSuchThing lost-1
run 0 --json stuck --idle 0s
has /instances/0/instance_id lost-1
has /truncated false
run 2 stuck --idle soon
run 0 cancel lost-1

# pause, resume
run 0 start Approval ask-4
run 0 pause ask-4
says 'instance ask-4: paused'
run 0 raise ask-4 Approved --data late
run 0 stuck
says 'ask-4' 'paused'
run 0 resume ask-4
follow ask-4
says 'late'
run 0 pause --orchestration Echo
run 0 --json stuck
has /paused/0/name Echo
run 0 resume --orchestration Echo
for instance in held-1 held-2; do
  run 0 start Approval "$instance"
  run 0 pause "$instance"
done
run 0 stuck --limit 1
says 'there are more'
run 0 --json stuck --limit 1
has /truncated true
run 0 stuck --limit 2
says_not 'there are more'
run 0 delete --prefix held- --force --yes
run 0 pause --everything
run 0 --json stuck
has /paused/0/scope store
run 0 resume --everything
run 3 pause nobody
run 2 pause
run 2 pause ask-4 --everything

# release
run 3 release nobody
run 0 release ask-4
says '0 released'

# prune
run 0 start Rounds rounds-1 --input a
run 0 raise rounds-1 Next
run 0 raise rounds-1 Next
run 0 raise rounds-1 Next --data stop
run 0 tail rounds-1 --execution 1
says 'OrchestrationContinuedAsNew' '3.'
run 0 --json prune rounds-1 --keep-last 2 --yes
has /executions_deleted 1
run 0 --json prune --name Rounds --keep-last 1 --yes
has /executions_deleted 1
run 2 prune --name Rounds --keep-last 1
complains '--yes'
for command in 'prune rounds-1 --keep-last 1' 'rewind rounds-1' 'terminate rounds-1'; do
  # shellcheck disable=SC2086
  run 2 $command
  complains '--yes'
done
run 2 prune --name Rounds
complains '--keep-last'
run 2 prune --keep-last 1
complains 'everything'
run 2 prune rounds-1 --keep-last 1 --name Rounds
complains 'either'
run 2 prune rounds-1 --yes
run 2 prune --keep-last 1 --yes
run 3 prune nobody --keep-last 1 --yes
run 0 --json show rounds-1
has /executions 1
has /info/status/output a++

# rewind
touch broken
run 0 start Fragile pot
follow pot
says 'the pot is broken'
rm broken
run 0 rewind pot --yes
follow pot
says 'hot tea is served'
run 5 rewind pot --yes
run 5 rewind pot --event 1 --yes
run 3 rewind nobody --yes

# An event that cannot be decoded
run 0 start Price cy
run 0 raise cy ChangePrice --data notanumber
follow cy
says 'the data of the event' 'ChangePrice' 'double' 'at byte 0' 'notanumber'
run 2 rewind cy --skip 1 --yes
run 2 rewind cy --skip it --yes
run 0 rewind cy --skip 3 --yes
run 0 raise cy ChangePrice --data 12
follow cy
says 'costs 12 now'
run 0 start Price cz
run 0 pause cz
run 0 raise cz ChangePrice --data notanumber
run 0 messages cz
says 'waiting' 'ExternalRaised' 'ChangePrice' 'notanumber'
run 0 --json messages cz
message=
for place in 0 1; do
  # The instance may not have begun when it was paused: then its start waits too.
  if "$json_get" "/messages/$place/data" notanumber <output >/dev/null 2>&1; then
    message=$("$json_get" "/messages/$place/message_id" <output)
  fi
done
[[ -n $message ]] || fail 'the message is not listed'
run 2 drop cz "$message"
complains '--yes'
run 0 drop cz "$message" --yes
run 5 drop cz "$message" --yes
run 3 drop nobody 1 --yes
run 3 messages nobody
run 0 resume cz
run 0 raise cz ChangePrice --data 13
follow cz
says 'costs 13 now'

# Many at once: shown first, asked for, done, and again for nothing
for number in 1 2 3; do
  run 0 start Approval "many-$number" --tag many
  run 0 start Failing "wrong-$number" --tag many
  follow "wrong-$number"
done
run 0 cancel --all --tag many --dry-run
says 'would be asked to stop:' 'many-1' 'many-3'
says_not 'wrong-1'
run 0 --json pause --all --name Approval --tag many --dry-run
has /would_pause 3
run 2 pause --all --tag many
complains '--yes'
run 0 pause --all --tag many --limit 2 --yes
says '2 instances paused'
run 0 --json pause --all --tag many --yes
has /done 1
has /unchanged 2
run 0 resume --all --tag many --yes
says '3 instances resumed'
run 0 raise --all Approved --data yes --tag many --prefix many-1 --yes
says '1 instances told'
follow many-1
run 0 cancel --all --tag many --reason enough --yes
says '2 instances asked to stop'
follow many-2
follow many-3
run 0 cancel --all --tag many --yes
says '0 instances asked to stop'
run 5 cancel --all --tag many --status failed --yes
says '3 refused' 'wrong-1' 'has ended'
run 0 rewind --all --search 'no way' --tag many --yes
says '3 instances rewound'
for number in 1 2 3; do
  follow "wrong-$number"
done
run 0 start Approval many-4 --tag many
run 0 terminate --all --tag many --yes
says '1 instances ended'
run 2 cancel --tag many
complains 'say --all'
run 2 cancel many-1 --all
run 2 terminate --all many-1
run 2 raise --all --tag many
run 2 pause --everything --tag many
run 2 rewind --all --event 1 --tag many
run 0 delete --tag many --yes
says '7 instances deleted'

# fork
run 0 fork pot pot-2 --event 1
follow pot-2
says 'hot tea is served'
run 5 fork pot pot-2
run 3 fork nobody pot-3
run 3 fork pot pot-3 --execution 99
run 2 fork pot

# export, import
run 0 export pot
cp output pot.json
"$json_get" /instance_id pot <pot.json >/dev/null || fail 'the export is no JSON'
run 0 export pot --output pot-too.json
run 0 export pot --output $'caf\xe9.json'
[[ -s $'caf\xe9.json' ]] || fail 'no file with the bytes of that name'
cmp pot.json pot-too.json
run 5 import pot.json
run 0 import pot.json --as pot-4
says 'pot-4'
run 0 --json show pot-4
has /info/status/output 'hot tea is served'
echo '{"no": "export"}' >bad.json
run 2 import bad.json
run 2 import no-such-file
run 3 export nobody

# verify, backup: of a store that is in use
run 0 verify
says 'all is well'
run 0 backup copy
says 'copy'
run 5 backup copy
run 0 --store copy --json list
has /instances 10

# completion
run 0 completion bash
bash -n output
# shellcheck disable=SC1091  # written just now
source ./output
COMP_WORDS=(duroxide show po)
COMP_CWORD=2
PATH=$(dirname "$duroxide"):$PATH _duroxide
[[ ${COMPREPLY[*]} == *pot-2* ]] || fail "bash would offer: ${COMPREPLY[*]}"
run 0 completion zsh
says 'compdef'
run 2 completion tcsh
run 0 complete-words show po
says 'pot' 'pot-2'
for command in messages drop; do
  run 0 complete-words "$command" po
  says 'pot' 'pot-2'
done
run 0 complete-words start Ec
[[ $(cat output) == Echo ]] || fail 'Echo was expected'
# offers WORD ARGUMENT…: the only word that the last of them could become.
offers() {
  local word=$1
  shift
  run 0 complete-words "$@"
  [[ $(cat output) == "$word" ]] || fail "$word was expected, and nothing else"
}
offers Echo list --name Ec
offers Echo pause --orchestration Ec
offers rounds-1 list -a --parent rou
offers paused list -s pa
offers updated list --order u
offers bash completion b
offers always --color al
offers --output export pot --ou
offers rounds-1 --store store fork rou
offers '' fork pot rou
offers '' raise pot rou
run 0 complete-words sh
[[ $(cat output) == show ]] || fail 'show was expected'
run 0 --store elsewhere completion zsh
run 0 complete-words --store elsewhere show po
[[ ! -s output ]] || fail 'there is no such store'
run 0 complete-words list --sta
[[ $(cat output) == --status ]] || fail '--status was expected'

stop_engine
[[ ! -e store/duroxide.sock ]] || fail 'the socket was left behind'
echo 'all commands, against a live engine'
