#!/usr/bin/env bash
# orders_test.sh ORDER_PROCESSING: the shipped file runs to its summary, once more on the finished
# store, and a file with mistakes in it is worked off around them.
set -euo pipefail

program=$(realpath "$1")
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

expect() {
  if ! grep -qF -- "$2" "$1"; then
    echo "expected in $1: $2; got:"
    cat "$1"
    exit 1
  fi
}

"$program" --work-ms 1 --results results.1 >output
cat output
expect output 'orders/s'
expect output 'compensated, payment declined'
expect output 'compensated, out of stock'
expect output 'compensated, not shipped in time'
if [[ -n $(sort order-store/ledger | uniq -d) ]]; then
  echo 'an activity ran twice although nothing was killed:'
  sort order-store/ledger | uniq -d
  exit 1
fi

# Again on the finished store: the same outcomes, and nothing is done a second time.
cp order-store/ledger ledger.1
"$program" --work-ms 1 --results results.2 >output.2
cmp results.1 results.2
cmp ledger.1 order-store/ledger
totals='^(completed|compensated|failed)'
diff <(grep -E "$totals" output) <(grep -E "$totals" output.2)

cat >orders.jsonl <<'ORDERS'
{"id":"a","customer":"Ada","items":[{"sku":"TEA-1","quantity":1}],"amount":3.5,"currency":"EUR","card":"4242","shipping_delay_ms":0,"ship_within_ms":60000}
this is not JSON

{"id":"b","customer":"Bob","items":[],"amount":3.5,"currency":"EUR","card":"4242","shipping_delay_ms":0,"ship_within_ms":60000}
{"id":"a","customer":"Ada","items":[{"sku":"TEA-1","quantity":1}],"amount":3.5,"currency":"EUR","card":"4242","shipping_delay_ms":0,"ship_within_ms":60000}
{"id":"c","customer":"Cleo","items":[{"sku":"TEA-1","quantity":"two"}],"amount":3.5,"currency":"EUR","card":"4242","shipping_delay_ms":0,"ship_within_ms":60000}
{"id":"d","customer":"Dan","items":[{"sku":"RARE-1","quantity":1}],"amount":12,"currency":"EUR","card":"4242","shipping_delay_ms":0,"ship_within_ms":60000}
ORDERS
"$program" --input orders.jsonl --store other --results results.3 >output 2>errors
expect output '2 orders from orders.jsonl, 4 lines skipped'
for line in 2 4 5 6; do
  expect errors "orders.jsonl:$line: skipped"
done
diff results.3 - <<'RESULTS'
a completed
d compensated out of stock
RESULTS

if "$program" --input no-such-file 2>errors; then
  echo 'a missing file was not reported'
  exit 1
fi
expect errors 'cannot read no-such-file'
if "$program" --frobnicate 2>errors; then
  echo 'an unknown argument was not reported'
  exit 1
fi
expect errors 'unknown argument'
