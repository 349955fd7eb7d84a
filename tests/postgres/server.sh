#!/usr/bin/env bash
# server.sh [OPTION=VALUE…]: a private PostgreSQL for as long as standard input stays open.
#
# It listens on a Unix socket alone, keeps its data in a new temporary directory, has fsync on, and whatever
# else the options say, which are the server's own (max_connections=50). Once it takes connections it prints
# its address, `postgresql://…`, on a line. Then it does what it is told, line by line, and prints `done`
# behind each:
#
#   stop [fast|immediate]      ends it: in an orderly way, or as a crash would
#   start
#   restart [fast|immediate]
#
# `server.sh --where` only says where the programs of the server are, or fails.
#
# At the end of the input, so also when whoever has started it dies, it is ended and its directory removed.
# Under root the server runs as another user, as it runs as no other.
set -euo pipefail

fail() {
  printf 'server.sh: %s\n' "$1" >&2
  exit 1
}

# Debian keeps programs of the server out of the path, a directory for each version.
find_programs() {
  local found
  for found in /usr/lib/postgresql/*/bin; do
    [[ -x $found/initdb && -x $found/pg_ctl ]] && programs=$found
  done
  if [[ -z ${programs-} ]] && command -v initdb pg_ctl >/dev/null; then
    programs=$(dirname "$(realpath "$(command -v initdb)")")
  fi
  [[ -n ${programs-} ]] || fail 'there is no PostgreSQL server; install the package postgresql'
}

# as_server COMMAND…: as the user of the server, away from what interrupts this script.
as_server() {
  if ((EUID == 0)); then
    setsid setpriv --reuid "$user" --regid "$group" --clear-groups -- env HOME="$directory" "$@"
  else
    setsid "$@"
  fi
}

server() {
  as_server "$programs/pg_ctl" -s -w -t 120 -D "$directory/data" -l "$directory/log" "$@" >&2 ||
    { cat "$directory/log" >&2; fail "pg_ctl $1 failed"; }
}

finish() {
  if [[ -f $directory/data/postmaster.pid ]]; then
    as_server "$programs/pg_ctl" -s -w -m immediate -D "$directory/data" stop >&2 || true
  fi
  cd /
  rm -rf "$directory"
}

find_programs
if [[ ${1-} == --where ]]; then
  echo "$programs"
  exit
fi
if ((EUID == 0)); then
  user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  group=$(id -g "$user")
  user=$(id -u "$user")
fi
directory=$(mktemp -d "${TMPDIR:-/tmp}/duroxide-pg-XXXXXX")
trap finish EXIT
trap 'exit 1' TERM INT HUP
if ((EUID == 0)); then
  chown "$user:$group" "$directory"
fi
cd "$directory"

as_server "$programs/initdb" -D "$directory/data" -U duroxide --auth=trust --no-sync --no-instructions \
  --encoding=UTF8 --locale=C >"$directory/initdb.log" 2>&1 ||
  { cat "$directory/initdb.log" >&2; fail "initdb failed"; }
{
  printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$directory'" 'fsync = on' \
    'max_connections = 200' 'timezone = UTC'
  for option in "$@"; do
    printf "%s = '%s'\n" "${option%%=*}" "${option#*=}"
  done
} >>"$directory/data/postgresql.conf"
server start
printf 'postgresql://duroxide@localhost/postgres?host=%s\n' "$directory"

while read -r what how; do
  case $what in
    start) server start ;;
    stop | restart) server "$what" -m "${how:-fast}" ;;
    *) fail "what is \`$what\`?" ;;
  esac
  echo 'done'
done
