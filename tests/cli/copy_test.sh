#!/usr/bin/env bash
# copy_test.sh DUROXIDE ENGINE JSON_GET [SERVER]: instances go from one store into another, go on there, and go
# back. The other is a directory, or with SERVER (tests/postgres/server.sh) a database.
server_script=${4:+$(realpath "$4")}
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
if [[ -n $server_script ]]; then
  start_server "$server_script"
  moved=$DUROXIDE_STORE socket=--no-socket
  DUROXIDE_STORE=store
else
  moved=moved socket=--socket
fi

# absent STORE: it is not there.
absent() {
  run 4 --store "$1" list
  complains 'there is no store'
}

start_engine --socket
run 0 start Echo echo-1 --input hello --tag blue
follow echo-1
run 0 start Failing bad-1 --input tea
follow bad-1
run 0 start Family fam-1
for child in ada bob; do
  until "$duroxide" show "fam-1/$child" 2>errors | grep -q 'waits for a decision'; do :; done
done

# Of a store whose engine is at work: what has ended is copied, what runs is left out and told.
run 5 copy --from store --to "$moved" --dry-run
says '2 instances would be copied, 0 there already, 3 run' 'fam-1/ada' '--running'
complains 'not every instance'
absent "$moved"
run 5 --json copy --from store --to "$moved"
has /copied 2
has /running 3
has /still_running/0 fam-1
has /paused false
run 0 --store "$moved" show echo-1
says 'hello' 'blue'
run 0 copy --from store --to "$moved" --status completed,failed
says '0 instances copied, 2 there already'

# What runs is copied from a store that nobody works on, and all of it.
run 4 copy --from store --to "$moved" --running --yes
complains 'end it first'
run 2 copy --from store --to "$moved" --running --yes --tag blue
complains 'leave out the filter'
run 0 --json stuck
has /paused 0
stop_engine
run 2 copy --from store --to "$moved" --running
complains '--yes'
run 0 --json stuck
has /paused 0
run 0 copy --from store --to "$moved" --running --dry-run
says '3 instances would be copied, 2 there already'
run 0 copy --from store --to "$moved" --running --yes
says '3 instances copied, 2 there already'
complains 'both stores are paused: what was copied goes on after'
complains 'resume --everything'
run 0 copy --from store --to "$moved" --running --yes
says '0 instances copied, 5 there already'
run 0 stuck
says '(store)'
run 0 verify
run 0 --store "$moved" stuck
says '(store)'
run 0 --store "$moved" verify
run 0 --store "$moved" tree fam-1
says '├─ fam-1/ada' '└─ fam-1/bob'

# It goes on in the other store.
DUROXIDE_STORE=$moved
start_engine "$socket"
run 0 resume --everything
run 0 raise fam-1/ada Approved --data yes
run 0 raise fam-1/bob Approved --data no
follow fam-1
run 0 show fam-1
says '2 children'
# The first one has stayed where it was, and both say so.
run 5 copy --from store --to "$moved" --running --yes
says '2 differ, 1 refused' 'execution 1: its state is another' 'fam-1/bob' 'it waits for'
complains 'should stay so until all is copied'
run 0 resume --everything
run 0 --store store show fam-1/ada
says 'Running' 'waits for a decision'
run 0 --store store stuck
says '(store)'

# And back, from a store whose engine is at work.
run 0 copy --from "$moved" --to back
says '5 instances copied'
run 0 --store back tree fam-1
says 'fam-1/ada' 'fam-1/bob'
run 0 --store back verify
run 0 copy --from "$moved" --to back --status completed,failed --dry-run
says '0 instances would be copied, 5 there already'
# With what runs: only once nobody has it open.
run 0 start Approval ask-1
until "$duroxide" show ask-1 2>errors | grep -q 'waits for a decision'; do :; done
run 4 copy --from "$moved" --to back --running --yes
complains 'end'
run 0 --json stuck
has /paused 0
stop_engine
run 0 copy --from "$moved" --to back --running --yes
says '1 instances copied, 5 there already'
DUROXIDE_STORE=back
start_engine --socket
run 0 resume --everything
run 0 raise ask-1 Approved --data 'by Ada'
follow ask-1
says 'by Ada'
stop_engine
run 0 verify

# What makes no sense, and what is not there
run 2 copy --from store
run 2 copy --to store
run 2 copy --from store --to store/.
complains 'two stores'
run 2 copy --from store --to ''
run 2 copy --from store --to 'mysql://host/orders'
run 4 copy --from nowhere --to other
complains 'there is no store in'
[[ ! -e other && ! -e nowhere ]] || fail 'a store was made'
mkdir strange
touch strange/data.mdb
run 4 copy --from back --to strange
run 4 copy --from back --to "postgresql://ada:secret@localhost/orders?host=$directory/nowhere"
complains 'postgresql://ada@localhost/orders'
if grep -q secret errors; then fail 'a password was told'; fi
echo 'copies of instances'
