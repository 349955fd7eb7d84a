#!/usr/bin/env bash
# trouble_test.sh DUROXIDE ENGINE JSON_GET: command lines that make no sense, and stores that cannot
# be opened.
guide=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../examples/guide.md")
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

reading='list count show history messages tree tail query top stats metrics health stuck verify export'
acting='start update raise cancel terminate pause resume release drop delete prune rewind fork import'

# No command is forgotten here, nor in the table of the guide.
run 0 complete-words ''
[[ -s output ]] || fail 'there are no commands'
while read -r command; do
  [[ " $reading $acting backup completion copy lint ui " == *" $command "* ]] || fail "not tested: $command"
  grep -q "^| .*\`$command\`.* |" "$guide" || fail "not in the guide: $command"
done <output

# --help of each command shows an example.
for command in $reading $acting backup completion copy ui; do
  run 0 "$command" --help
  says 'Example' "duroxide"
done
run 0 --help
says 'Exit codes:' '--store'
run 0 --version
says 'duroxide '

# Command lines
run 2
run 2 frobnicate
run 2 list --frobnicate
run 2 list surplus
run 2 --color sometimes list
complains 'auto, always or never'
run 2 list --since yesterday
DUROXIDE_STORE='' run 2 list
complains '--store'
run 2 list --order sideways
complains 'must be created, updated or id, not'
run 2 list --limit 10001
complains 'must be a whole number from 1 to 10000'

# What makes no sense is said before anybody is asked whether to do it.
run 2 rewind some --skip it
complains '--skip'
run 2 drop some it
complains 'message'
run 2 delete
complains 'say which'

# The dashboard is not served for what makes no sense, nor with a token that others can read.
run 2 ui --port 0
complains '1 to 65535'
run 2 ui --port 8080 --socket ui.sock
run 2 ui --token-file nowhere
complains 'cannot be read'
echo short >token
chmod 644 token
run 2 ui --token-file token
complains 'others may read it'
chmod 600 token
run 2 ui --token-file token
complains '16 to 512'
mkfifo -m 600 pipe
run 2 ui --token-file pipe
complains "no file of this user's"
rm pipe
run 4 ui
complains 'there is no store'

# use COMMAND: with arguments that make sense; sets `arguments`.
use() {
  case $1 in
    show | history | messages | tree | tail | export | cancel | pause | resume | release)
      arguments=("$1" some) ;;
    drop) arguments=(drop some 1 --yes) ;;
    terminate | rewind) arguments=("$1" some --yes) ;;
    start) arguments=(start Echo some) ;;
    raise) arguments=(raise some Approved) ;;
    update) arguments=(update some Add --input 1) ;;
    query) arguments=(query some Total) ;;
    delete) arguments=(delete some --yes) ;;
    prune) arguments=(prune some --keep-last 1 --yes) ;;
    fork) arguments=(fork some other) ;;
    import) arguments=(import document.json) ;;
    backup) arguments=(backup copy) ;;
    *) arguments=("$1") ;;
  esac
}
echo '{}' >document.json

# No store: nothing is made.
for command in $reading $acting backup; do
  use "$command"
  run 4 "${arguments[@]}"
  complains 'store'
done
[[ ! -e store && ! -e copy ]] || fail 'a store was made'

# A file in its place, another program's database, and a store that is broken
echo 'not a directory' >store
run 4 list
run 4 start Echo some
rm store
mkdir store
head -c 16384 /dev/urandom >store/data.mdb
cp store/data.mdb before
for command in $reading $acting backup; do
  use "$command"
  run 4 "${arguments[@]}"
done
cmp before store/data.mdb
rm -r store
start_engine --socket
run 0 start Echo echo-1
follow echo-1
stop_engine
truncate -s 5000 store/data.mdb
run 4 list
run 4 start Echo echo-2
rm -r store

# A pipe in the place of the lock file, and links: told at once, and nothing is written through them.
start_engine --socket
run 0 start Echo echo-1
follow echo-1
stop_engine
echo precious >precious
mv store/duroxide.lock lock
mkfifo store/duroxide.lock
run 4 list
complains 'duroxide.lock` is not a file'
run 4 start Echo echo-2
rm store/duroxide.lock
ln -s ../precious store/duroxide.lock
run 4 list
complains 'duroxide.lock` is a link'
run 4 start Echo echo-2
rm store/duroxide.lock
mv lock store/duroxide.lock
[[ $(cat precious) == precious ]] || fail 'a file was overwritten through a link'
ln -s store link
run 4 --store link list
complains 'link` is a link'
run 0 --store link/ list

# A store that others can read, as earlier releases made it, works; how to close it is said.
chmod 644 store/data.mdb
run 0 list
complains "chmod 600 'store/data.mdb'"
chmod 600 store/data.mdb
run 0 list
[[ ! -s errors ]] || fail 'nothing was to be said'

# What is exported is its owner's, and goes through no link.
(umask 0; run 0 export echo-1 --output echo.json)
[[ $(stat -c %a echo.json) == 600 ]] || fail 'the export is open to others'
chmod 644 echo.json
run 0 export echo-1 --output echo.json
complains "chmod 600 'echo.json'"
rm echo.json
ln -s precious echo.json
run 1 export echo-1 --output echo.json
complains 'is a link'
[[ $(cat precious) == precious ]] || fail 'a file was overwritten through a link'
rm -r store link echo.json

# An engine without a socket can neither be asked nor looked at beside, and whoever tries is told why.
start_engine --no-socket
[[ ! -e store/duroxide.sock ]] || fail 'there is a socket'
for command in list verify 'start Echo echo-1'; do
  # shellcheck disable=SC2086
  run 4 $command
  complains "process $engine_process on host"
  complains 'offers no control socket'
  complains 'control_socket'
done
stop_engine
run 0 list
says 'no instances'

# hold HOW: has another process lock the store, `exclusive` as an owner or `shared` as a reader, until
# `let_go`.
hold() {
  rm -f to_holder from_holder
  mkfifo to_holder from_holder
  flock "--$1" store/duroxide.lock sh -c 'echo locked; cat >/dev/null' <to_holder >from_holder &
  holder=$!
  exec 5>to_holder 6<from_holder
  local line
  read -r line <&6
  [[ $line == locked ]]
}
let_go() {
  exec 5>&- 6<&-
  wait "$holder"
}

# Whoever has the store to itself for a moment is waited for.
hold exclusive
"$duroxide" list >output 2>errors 5>&- &
lister=$!
let_go
wait "$lister" || fail 'the store was not waited for'
says 'no instances'

# Who acts on a store that is being read is told so, and who reads it too is not kept from it.
hold shared
run 4 start Echo echo-1
complains 'somebody who reads its files'
complains 'try again'
! grep -q control_socket errors || fail 'whoever reads a store needs no socket'
run 0 list
let_go
run 0 start Echo echo-1
run 0 delete echo-1 --force --yes

# An engine that was killed leaves its socket behind. Nobody takes that for an engine, and the next
# one replaces it.
start_engine --socket
run 0 start Approval ask-1
kill_engine
[[ -S store/duroxide.sock ]] || fail 'the socket should have been left behind'
run 0 list
says 'ask-1'
run 0 raise ask-1 Approved --data 'on my own'
start_engine --socket
follow ask-1
says 'on my own'
[[ $(stat -c %a store/duroxide.sock) == 600 ]] || fail 'the socket is open to others'
stop_engine

# An engine that dies while it is asked.
start_engine --socket
run 0 start Approval ask-2
mkfifo tailed
"$duroxide" tail ask-2 >tailed 2>errors &
tail_process=$!
exec 9<tailed
while read -r -u 9 line && [[ $line != *ExternalSubscribed* ]]; do :; done
kill_engine
code=0
wait "$tail_process" || code=$?
((code == 1)) || fail "a tail of an engine that died ended with $code"
complains 'went away'
exec 9<&-

rm tailed
mkfifo tailed
start_engine --socket
"$duroxide" tail >tailed 2>errors &
tail_process=$!
exec 9<tailed
read -r -u 9 line
kill_engine
code=0
wait "$tail_process" || code=$?
((code == 1)) || fail "a tail of a store whose engine died ended with $code"
complains 'went away'
exec 9<&-

# No engine: nothing happens, and whoever would wait for it is told.
run 1 tail
complains 'no engine answers on this store'
run 0 top
says 'instances:' 'none: no engine is at work'
complains 'so this is how it stands'

# A path that is longer than a socket's may be
long=$directory/$(printf 'd%.0s' {1..120})/$(printf 'e%.0s' {1..120})
mkdir -p "$(dirname "$long")"
mv store "$long"
ln -s "$long" link
rm -f "$long/duroxide.sock"
DUROXIDE_STORE=link/
start_engine --socket
run 0 --store "$long" show ask-2
says 'Running'
[[ -S $long/duroxide.sock ]] || fail 'there is no socket'
run 0 --store "$long" cancel ask-2
stop_engine
echo 'all is told as it is'
