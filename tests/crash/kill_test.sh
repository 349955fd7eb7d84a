#!/usr/bin/env bash
# kill_test.sh ORDER_PROCESSING [SEED]: kills the program with SIGKILL at twenty random moments and
# runs it again on the same store each time. At the end every order has the outcome that it has in an
# undisturbed run, once; and the ledger, where activities note their effects, has each effect of the
# undisturbed run: once, or more only where a kill hit it.
set -euo pipefail

program=$(realpath "$1")
seed=${2:-$((RANDOM * 32768 + RANDOM))}
kills=20
workers=4
work_ms=35
RANDOM=$((seed % 32768))
echo "seed $seed (repeat with: $0 $program $seed)"

directory=$(mktemp -d)
keep=false
finish() {
  if [[ $keep == true ]]; then
    echo "what is left of it: $directory"
  else
    rm -rf "$directory"
  fi
}
trap finish EXIT
cd "$directory"
# shellcheck disable=SC2317  # called where a check fails
complain() {
  echo "$*"
  keep=true
  exit 1
}

echo 'an undisturbed run'
"$program" --work-ms 1 --store calm --results calm.results >calm.output 2>&1 || {
  cat calm.output
  complain 'the undisturbed run failed'
}
orders=$(wc -l <calm.results)

# Every line of the ledger is told the run it was written in; a line that is cut off shows as such.
touch ledger
: >marks
struck=0
for ((kill = 1; kill <= kills; ++kill)); do
  "$program" --work-ms "$work_ms" --workers "$workers" --store store --ledger ledger >output 2>&1 &
  process=$!
  moment=$((20 + RANDOM % 580))
  sleep "$(printf '0.%03d' "$moment")"
  kill -KILL "$process" 2>/dev/null || true
  code=0
  wait "$process" 2>/dev/null || code=$?
  ((code != 137)) || struck=$((struck + 1))
  wc -l <ledger >>marks
  echo "kill $kill after $moment ms: $(wc -l <ledger) effects in the ledger"
done
((struck == kills)) || complain "only $struck of $kills kills found the program running"

echo 'the last run'
"$program" --work-ms 1 --workers "$workers" --store store --ledger ledger --results results \
  >output 2>&1 || {
  cat output
  complain 'the last run failed'
}
tail -n 6 output

cmp calm.results results || complain 'an order ended otherwise than in the undisturbed run'
cmp <(sort calm/ledger) <(sort -u ledger) ||
  complain 'the effects are not those of the undisturbed run'

# An effect may be there again only in a later run, and only if the earlier one was among the last of
# its run: under way when the kill struck.
awk -v window=$((4 * workers)) '
  BEGIN { while ((getline mark < "marks") > 0) { end[++runs] = mark } end[runs + 1] = 1e9 }
  {
    while (FNR > end[run + 1]) { ++run }
    if ($0 in last_run) {
      ++repeated
      if (last_run[$0] == run) {
        print "twice in one run: " $0; bad = 1
      } else if (end[last_run[$0] + 1] - last_line[$0] >= window) {
        print "again though it was finished well before the kill: " $0; bad = 1
      }
    }
    last_run[$0] = run
    last_line[$0] = FNR
  }
  END { print repeated + 0 " effects were repeated after a kill"; exit bad }' ledger ||
  complain 'an effect was repeated without a kill to excuse it'

echo "$orders orders, $struck kills: every order ended once, as in the undisturbed run"
