#!/usr/bin/env bash
# What a step of a chain costs in instructions, with metrics and tracing and without: counted by callgrind, so
# whatever else the machine does counts for nothing. See tests/README.md.
set -euo pipefail
# shellcheck source=tests/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"

few=50
many=250
chains=20

install_packages "${base_packages[@]}" valgrind
configure "$root/build"
build "$root/build" tests/bench/steps >/dev/null

# instructions STEPS WITH…: that all of the program takes.
instructions() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$root/build/tests/bench/steps" "$@" 2>&1 |
    sed -n 's/^==[0-9]*== Collected : //p'
}

# a_step WITH…: the median of five. What a run of few steps takes is the beginning and the end of each.
a_step() {
  for _ in 1 2 3 4 5; do
    printf '%s\n' "$((($(instructions "$many" "$@") - $(instructions "$few" "$@")) / (chains * (many - few))))"
  done | sort -n | sed -n 3p
}

off=$(a_step)
printf '%-32s %8d instructions a step\n' 'neither' "$off"
for with in metrics unsampled tracing 'metrics tracing'; do
  # shellcheck disable=SC2086  # words are arguments
  on=$(a_step $with)
  printf '%-32s %8d instructions a step, %s %% more\n' "$with" "$on" \
    "$(awk -v on="$on" -v off="$off" 'BEGIN { printf "%.1f", 100 * (on - off) / off }')"
done
