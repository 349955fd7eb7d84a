#!/usr/bin/env bash
# deb.sh [FOLDER [OPTION…]]: builds the Debian packages, into build-deb/packages if no folder is named and with
# options of Meson's, and looks whether they hold what they must. distro.sh installs them in a clean system.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder=${1:-$root/build-deb/packages}
rm -f "$folder"/*.deb
"$root/src/packaging/deb/build.sh" "$folder" "${@:2}"

# holds PACKAGE PATTERN…: a file for each.
holds() {
  local package=$1 pattern files
  files=$(dpkg-deb --fsys-tarfile "$folder/$package"_*.deb | tar -t)
  shift
  for pattern in "$@"; do
    grep -qE "$pattern" <<<"$files" || fail "no $pattern in $package"
  done
}
library=$(basename "$(ls "$folder"/libduroxide[0-9]*.deb)" | cut -d_ -f1)
postgres=${library/libduroxide/libduroxide-postgres}
holds "$library" '/libduroxide\.so\.[0-9]+\.[0-9]+$' '/libduroxide\.so\.[0-9]+\.[0-9]+\.[0-9]+$' /copyright
holds libduroxide-dev /duroxide/duroxide.hpp /duroxide-config.cmake /duroxide.pc /duroxide/conformance/suite.cpp '/libduroxide\.so$' '/libduroxide\.a$' /guide.md.gz
holds "$postgres" '/libduroxide-postgres\.so\.[0-9]+\.[0-9]+$' '/libduroxide-postgres\.so\.[0-9]+\.[0-9]+\.[0-9]+$'
holds libduroxide-postgres-dev /duroxide/postgres_provider.hpp '/libduroxide-postgres\.so$' /duroxide-postgres.pc
holds duroxide usr/bin/duroxide man1/duroxide.1.gz bash-completion/completions/duroxide vendor-completions/_duroxide
# needs PACKAGE OTHER: it asks for the other to be installed.
needs() {
  [[ $(dpkg-deb --field "$folder/$1"_*.deb Depends) == *"$2"* ]] || fail "$1 does not say that it needs $2"
}
for package in "$library" "$postgres" duroxide; do
  needs "$package" libcaf-core
done
for package in "$postgres" duroxide; do
  needs "$package" libpq5
done
needs "$postgres" "$library "
for package in "$library" libduroxide-dev; do
  [[ $(dpkg-deb --field "$folder/$package"_*.deb Depends) != *pq* ]] || fail "$package needs the client library of a database"
done
! dpkg-deb --fsys-tarfile "$folder"/libduroxide-dev_*.deb | tar -t | grep postgres ||
  fail 'this is for the packages of the store in PostgreSQL'
dpkg-deb --fsys-tarfile "$folder"/duroxide_*.deb | tar -x -C "$work"
if command -v man >/dev/null; then
  LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$work/usr/share/man/man1/duroxide.1.gz" \
    2>"$work/warnings" >/dev/null
  [[ ! -s $work/warnings ]] || { head "$work/warnings" >&2; fail 'the manual page has mistakes'; }
fi
say 'deb: packages built, and all in them that must be'
