#!/usr/bin/env bash
# manners_test.sh DUROXIDE ENGINE JSON_GET: how the command says things, to people and to programs.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_engine --socket

# What somebody else has chosen cannot steer the terminal, nor turn round what is read.
override=$'\xe2\x80\xae' # U+202E
isolate=$'\xe2\x81\xa6'  # U+2066
control=$'\xc2\x9b'      # U+009B
evil="a${override}b${isolate}c${control}d"$'\x7fe\x1b[2Jf'
no_controls() {
  local file
  for file in output errors; do
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae|\xe2\x81\xa6' $file ||
      fail "raw control characters in $file of: $last"
  done
}
run 0 start Echo "$evil" --input "$evil"
no_controls
follow "$evil"
for command in "list" "--json list" "show" "--json show" "history" "--json history" "tail" \
  "--json tail" "export" "--json export"; do
  words=()
  read -ra words <<<"$command"
  [[ $command == *list ]] || words+=("$evil")
  run 0 "${words[@]}"
  no_controls
  grep -qF 'u202e' output || fail "the id is not told by: $command"
done
run 5 start Echo "$evil"
no_controls
run 5 --json start Echo "$evil"
no_controls
run 3 show "no $evil"
no_controls

# To programs it is the same data all the same.
run 0 --json list
has /instances/0/instance_id "$evil"
run 0 export "$evil"
cp output document.json
run 0 import document.json --as "$evil again"
run 0 --json show "$evil again"
has /info/status/output "$evil"
run 0 complete-words show a
[[ ! -s output ]] || fail 'a shell was given control characters'
# Nor do metrics, which are piped to where they are read, keep them.
run 0 start "$evil" odd
no_controls
run 0 metrics --format prometheus
no_controls
grep -qF 'u202e' output || fail 'the name is not told by metrics'
run 0 terminate odd --yes
run 0 delete --everything --yes

# Lists begin with the newest; an order by id with the first.
for id in b-1 a-2 c-3; do
  run 0 start Echo "$id"
  follow "$id"
done
# begins_with ID ARGUMENT…
begins_with() {
  local expected=$1
  shift
  run 0 --json list "$@"
  has /instances/0/instance_id "$expected"
}
begins_with c-3
begins_with c-3 --order created
begins_with c-3 --order updated
begins_with c-3 --descending
begins_with c-3 -r --order id
begins_with c-3 --reverse --order id
begins_with b-1 --reverse
begins_with b-1 --ascending
begins_with b-1 --order updated --reverse
begins_with a-2 --order id
begins_with a-2 --order id --ascending
run 2 list --ascending --descending
run 0 list --all
[[ $(sed -n 2p output) == c-3* ]] || fail 'a list of all should begin with the newest'
run 0 --json list --limit 1
cursor=$("$json_get" /next_cursor <output)
begins_with a-2 --limit 1 --cursor "$cursor"

# Histories show milliseconds.
run 0 history a-2
grep -qE ' [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} ' output || fail 'no milliseconds in a history'
run 0 tail a-2
grep -qE '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} ' output || fail 'no milliseconds in a tail'

# A name that the engine does not know is told, and is no failure: it may be registered later.
run 0 start Ecko e-1
complains 'Ecko'
complains 'Echo'
says 'e-1: started'
run 0 start Echo e-2 --run-version 9.9.9
complains '9.9.9'
run 0 start Echo e-3
[[ ! -s errors ]] || fail 'nothing was to be said'
run 0 --json start Ecko e-4
has /instance_id e-4
cp errors output
has /warning/kind not_registered
run 0 start Ecko e-1 --use-existing
complains 'Ecko'

# For programs, an error is one document on standard error, and there is nothing on standard output.
# json_error CODE KIND ARGUMENT…
json_error() {
  local code=$1 kind=$2
  shift 2
  run "$code" --json "$@"
  [[ ! -s output ]] || fail 'an error was followed by a result'
  [[ $(wc -l <errors) == 1 ]] || fail 'an error is one line'
  cp errors output
  has /error/kind "$kind"
  has /error/exit_code "$code"
  [[ -n $("$json_get" /error/message <output) ]] || fail 'an error without a message'
}
json_error 3 not_found show nobody
json_error 5 refused start Echo e-3
json_error 2 usage list --frobnicate
json_error 2 usage lst
json_error 2 usage delete a-2
json_error 2 usage list --limit none
json_error 2 usage list --status frozen
json_error 4 store --store nowhere list
json_error 1 failed export a-2 --output "no/such/directory"
json_error 2 usage
DUROXIDE_STORE='' json_error 2 usage list
# The option counts wherever it stands, but not as a value.
run 2 list --frobnicate --json
cp errors output
has /error/kind usage
run 2 lst -- --json
complains 'duroxide: '

# What was meant is suggested.
suggests() {
  complains "did you mean \`$1\`?"
}
run 2 lst
suggests list
run 2 hsitory a-2
suggests history
run 2 hist a-2
suggests history
run 2 list --stauts failed
suggests --status
run 2 --jsno list
suggests --json
run 2 list --strore x
suggests --store
run 2 quux
complains quux
! grep -qF 'did you mean' errors || fail 'nothing like it exists'
stop_engine

# Nobody can know what an engine that does not run will know.
run 0 start Ecko e-9
[[ ! -s errors ]] || fail 'nothing was to be said'
run 0 --json tail e-9
cp errors output
has /notice/message 'no engine answers on this store, so this is the history as it stands'
echo 'it is said as it should be'
