#!/usr/bin/env bash
# dbos.sh ADDRESS HELLOS FAN_OUTS STEPS: measures DBOS on this server, with npm's newest release of it, which
# goes to a temporary directory.
set -euo pipefail

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
for program in node npm; do
  command -v "$program" >/dev/null || { echo "dbos.sh: there is no $program" >&2; exit 1; }
done
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @dbos-inc/dbos-sdk >&2
cp "$here/measure.mjs" .
node measure.mjs "$@"
