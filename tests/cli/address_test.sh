#!/usr/bin/env bash
# address_test.sh DUROXIDE ENGINE JSON_GET with|without: addresses of databases that nobody can open, by a
# command that was built with the library for them, or without it.
built=$4
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# keeps_secret: the last run has not told the password.
keeps_secret() {
  if grep -q secret errors output; then fail 'a password was told'; fi
}

for command in list 'start Echo some' 'backup copy' 'export some' ui; do
  # shellcheck disable=SC2086
  run 4 --store "postgresql://ada:secret@localhost/orders?host=$directory/nowhere" $command
  complains 'postgresql://ada@localhost/orders'
  keeps_secret
  if [[ $built == with ]]; then
    complains 'cannot be reached'
  else
    complains 'built without'
    complains '-Dpostgres=enabled'
  fi
done
[[ ! -e postgresql: && ! -e copy ]] || fail 'something was made for an address'

# What the client library says of an address that makes no sense has no password either.
for address in 'postgresql://ada:secret@[::1]x/orders' 'postgres://ada:secret@host:port/orders' \
  'postgresql://ada:secret@host/orders?frobnicate=secret' 'postgresql://ada:top@secret@host:x/orders' \
  'postgresql://ada:to/secret@host/orders'; do
  run 4 --store "$address" list
  keeps_secret
done
DUROXIDE_STORE="postgresql:///orders?host=$directory/nowhere" run 4 --json stats
keeps_secret
grep -q '"kind":"store"' errors || fail 'the error has another kind'

# An address of another kind is no directory.
run 2 --store 'mysql://host/orders' list
complains 'postgresql://'
run 2 --store 'postgresqls://host/orders' start Echo some
[[ ! -e mysql: && ! -e postgresqls: ]] || fail 'a directory was made for an address'
echo "addresses, $built the library for databases"
