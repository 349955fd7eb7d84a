#!/usr/bin/env bash
set -euo pipefail
# shellcheck source=tests/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tests/setup.sh"

usage() {
  cat <<'USAGE'
usage: examples/run.sh [NAME [ARGUMENT…]]

Installs what is missing (Debian 12, apt-get), builds the examples and runs them.
Without a name: hello_world, then order_processing on the orders that are shipped.
Stores are made in the current directory; delete them to begin anew.

  hello_world           one orchestration, one activity
  order_processing      a few hundred orders; kill it and run it again (--help: its options)
  fan_out_fan_in        many activities at once
  timers_and_events     an approval with reminders and a deadline
  human_approval        an event raced with a durable timer
  saga                  steps that are undone when a later one fails
  child_orchestrations  orchestrations that start others
  eternal_monitor       a loop without an end, by continue-as-new
  cancellation_cleanup  an activity that is told to stop, and cleanup under a shield
  testing_an_order      tests with mocks, virtual time, crashes and recorded histories
  encrypted_store       payloads encrypted with libsodium, and a change of keys
  versioned_upgrade     new code under running instances
  client_usage          the control plane alone
  runtime_usage         the runtime alone, until Ctrl-C or --for SECONDS
  combined_usage        both in one process
  line_server           an epoll loop whose lines are workflows, until Ctrl-C
  line_load             what measures it: rate, p50 and p99
  runtime_service       a process that runs, until Ctrl-C
  control_service       another one that controls it, over the local socket
  two_processes         order_processing on PostgreSQL by two processes, of which one is killed (on a
                        private server, or at an address: two_processes postgresql://…)
  guide                 every snippet of examples/guide.md
USAGE
}

examples=(hello_world order_processing fan_out_fan_in timers_and_events human_approval saga
  child_orchestrations eternal_monitor cancellation_cleanup versioned_upgrade testing_an_order encrypted_store
  client_usage runtime_usage combined_usage runtime_service control_service line_server line_load two_processes guide)

case ${1-} in
  -h | --help)
    usage
    exit
    ;;
  '') wanted=(hello_world order_processing) ;;
  *)
    [[ " ${examples[*]} " == *" $1 "* ]] ||
      die "there is no example named $1" "The examples are: ${examples[*]}"
    wanted=("$1")
    shift
    ;;
esac

install_packages "${base_packages[@]}"
[[ " ${wanted[*]} " != *" encrypted_store "* ]] || install_packages libsodium-dev
if [[ ${wanted[0]} == two_processes ]]; then
  install_packages libpq-dev postgresql
  configure "$root/build" -Dpostgres=enabled
  build "$root/build" examples/order_processing
  exec "$root/examples/order_processing/two_processes.sh" "$root/build/examples/order_processing" \
    "$root/tests/postgres/server.sh" "$@"
fi
configure "$root/build"
build "$root/build" "${wanted[@]/#/examples/}"
for name in "${wanted[@]}"; do
  say "--- $name"
  "$root/build/examples/$name" "$@"
done
