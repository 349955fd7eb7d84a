#!/usr/bin/env bash
# closed_test.sh DUROXIDE ENGINE JSON_GET: every command on a store that nobody has open.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A store with something in it.
start_engine --socket
run 0 start Echo echo-1 --input hello
follow echo-1
run 0 start Failing bad-1 --input tea
follow bad-1
run 0 start Rounds rounds-1 --input a
run 0 raise rounds-1 Next
run 0 raise rounds-1 Next --data stop
follow rounds-1
touch broken
run 0 start Fragile pot
follow pot
rm broken
stop_engine

# What is looked at
run 0 list --order id
says 'bad-1' 'echo-1' 'pot' 'rounds-1'
run 0 --json list --all --status completed
[[ $("$json_get" --lines <output) == 2 ]] || fail 'two completed instances were expected'
run 0 --json count
has /count 4
run 0 show bad-1
says 'Failed' 'no way: tea'
run 3 show nobody
run 0 history echo-1
says 'OrchestrationCompleted'
run 3 history nobody
run 0 --json history rounds-1 --execution 1
has /events/0/type OrchestrationStarted
run 0 tree echo-1
says 'echo-1'
run 3 tree nobody
run 0 tail echo-1
says 'OrchestrationCompleted' 'hello'
run 3 tail nobody
run 0 --json stats
has /total_instances 4
run 0 metrics --format prometheus
says 'duroxide_instances{orchestration="Failing",status="failed"} '
says_not 'duroxide_turns_total'
run 0 --json health
has /failed_instances 2
run 0 stuck
says 'nothing is stuck'
run 0 verify
says 'all is well'
run 0 --json verify
has /clean true
run 0 export pot
cp output pot.json
run 3 export nobody
run 0 backup copy
run 5 backup copy
run 0 --store copy list
says 'echo-1'

# Colours and tables: none where nobody looks, unless asked for.
run 0 list
if grep -q $'\x1b' output; then fail 'colours in a file'; fi
run 0 --color always list
grep -q $'\x1b' output || fail 'no colours though asked for'
run 0 --color never list
if grep -q $'\x1b' output; then fail 'colours though forbidden'; fi

# What is done to it is there for the next engine.
run 0 start Approval ask-1
run 5 start Approval ask-1
run 0 tail ask-1
complains 'no engine'
says_not 'no engine'
run 0 --json tail ask-1
complains 'no engine'
tail -n 1 output >last && mv last output
has /live false
has /ended false
has /deleted false
run 0 raise ask-1 Approved --data 'by Ada'
run 3 raise nobody Approved
run 0 pause --orchestration Echo
run 0 start Echo echo-2 --input paused
run 0 resume --orchestration Echo
run 5 pause echo-1
run 0 pause ask-1
run 0 resume ask-1
run 3 pause nobody
run 0 start Approval ask-2
run 0 cancel ask-2 --reason 'too late'
run 3 cancel nobody
run 0 start Approval ask-3
run 0 terminate ask-3 --yes
run 3 terminate nobody --yes
run 0 release echo-1
run 3 release nobody
run 0 rewind pot --yes
run 5 rewind pot --yes
run 3 rewind nobody --yes
run 0 fork echo-1 echo-3 --event 1
run 5 fork echo-1 echo-3
run 0 import pot.json --as pot-2
run 5 import pot.json
run 2 import no-such-file
run 2 import copy
complains 'directory'
run 2 backup ''
run 0 --json prune rounds-1 --keep-last 1 --yes
has /executions_deleted 1
run 3 prune nobody --keep-last 1 --yes
run 0 --json prune --name Rounds --keep-last 1 --yes
has /executions_deleted 0
run 0 delete bad-1 --dry-run
says 'bad-1'
run 5 delete ask-1 --yes
run 2 delete bad-1
complains '--yes'
run 0 delete bad-1 --yes
says '1 instances deleted'
run 3 delete bad-1 --yes
run 0 verify
says 'all is well'
run 0 complete-words tail e
says 'echo-1' 'echo-2'

start_engine --socket
for instance in ask-1 ask-2 echo-2 echo-3 pot; do
  follow "$instance"
done
run 0 show ask-1
says 'by Ada'
run 0 show ask-2
says 'Cancelled'
run 0 show pot
says 'hot tea is served'
run 0 --json show echo-3
has /info/status/output hello
stop_engine
echo 'all commands, on a closed store'
