#!/usr/bin/env bash
# promtool.sh [BUILD]: what the engine counts, as `duroxide metrics` and the dashboard tell it, is to the taste of
# Prometheus' own checker. If that is not installed, its Debian package is fetched and unpacked, not installed, as
# it would start a server.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build=${1:-$root/build}
if (($# == 0)); then
  install_packages "${base_packages[@]}" curl
  configure "$build"
  build "$build" src/cli/duroxide tests/browser/shop
fi
build=$(realpath "$build")
cd "$work"

promtool=$(command -v promtool || true)
if [[ -z $promtool ]]; then
  apt-get -q download prometheus >log 2>&1 ||
    { cat log >&2; fail 'prometheus cannot be fetched' "Run \`apt-get update\`, or install promtool."; }
  dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool
  promtool=$work/usr/bin/promtool
fi
export DUROXIDE_STORE=$work/orders
duroxide=$build/src/cli/duroxide

engine=
page=
finish() {
  exec 7>&-  # the engine ends with its standard input
  [[ -z $page ]] || kill "$page" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap finish EXIT

# first_line PIPE: what the other side writes first.
first_line() {
  local line
  read -r line <"$1" || fail "nothing comes from $1"
  printf '%s\n' "$line"
}

# checked FILE: Prometheus' checker has nothing to say about it, not even of style.
checked() {
  grep -q '^duroxide_instances{orchestration="Order",status="completed"} 60$' "$1" || fail "$1 has not what there is"
  if ! "$promtool" check metrics <"$1" >findings 2>&1 || [[ -s findings ]]; then
    cat findings >&2
    fail "promtool does not like $1"
  fi
  say "promtool: $(grep -c '^# TYPE' "$1") families and $(grep -vc '^#' "$1") series in $1"
}

touch broken
mkfifo to_engine from_engine from_page
"$build/tests/browser/shop" "$DUROXIDE_STORE" <to_engine >from_engine &
engine=$!
exec 7>to_engine
[[ $(first_line from_engine) == ready ]] || fail 'the engine does not start'
# Names of what nobody has registered, and how they are written as labels: escaped for terminals, and that for
# Prometheus. A careless escape makes one of two.
names=($'red \e[31m' 'red \x1b[31m' 'a "quoted" \ name' $'two\nlines')
labels=('red \\x1b[31m' 'red \\\\x1b[31m' 'a \"quoted\" \\\\ name' 'two\\nlines')
for i in "${!names[@]}"; do
  "$duroxide" start "${names[i]}" "odd-$i" >/dev/null 2>&1
done

"$duroxide" metrics --format prometheus >of-the-command
(umask 077 && printf 'the-token-of-this-test\n' >token)
"$duroxide" --json ui --token-file token >from_page 7>&- &
page=$!
link=$(first_line from_page | sed -n 's/.*"link":"\([^"]*\)".*/\1/p')
curl -sf -H 'Authorization: Bearer the-token-of-this-test' "${link%/enter*}/metrics" >of-the-dashboard ||
  fail 'the dashboard has no metrics'
for each in of-the-command of-the-dashboard; do
  checked "$each"
  grep -q '^duroxide_turns_total{outcome="completed"} [1-9]' "$each" || fail "$each: no work was counted"
  grep -q '^duroxide_activity_duration_seconds_count{activity="CheckFraud",outcome="failed"} [1-9]' "$each" ||
    fail "$each: no activity was counted"
  for label in "${labels[@]}"; do
    grep -qxF "duroxide_instances{orchestration=\"$label\",status=\"running\"} 1" "$each" ||
      fail "$each: there is no series of its own for $label"
  done
done
kill "$page"
wait "$page" || true
page=
exec 7>&-
wait "$engine"
"$duroxide" metrics --format prometheus >of-a-closed-store
checked of-a-closed-store
