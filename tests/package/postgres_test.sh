#!/usr/bin/env bash
# postgres_test.sh BUILD PROGRAM SERVER COMPILER…: installs the library and that of the store in PostgreSQL, builds the
# program with what pkg-config and CMake say of the latter, and runs both on a private server. Then the latter is
# not installed, and CMake must say so.
set -euo pipefail

build=$1
program=$2
server=$3
shift 3
directory=$(mktemp -d)
finish() {
  exec 7>&-  # the server ends with its standard input
  wait
  rm -rf "$directory"
}
trap finish EXIT

DESTDIR=$directory/installed meson install -C "$build" --no-rebuild --quiet
config=$(find "$directory/installed" -name duroxide-postgres.pc)
[[ -n $config ]] || { echo 'duroxide-postgres.pc was not installed'; exit 1; }
PKG_CONFIG_PATH=$(dirname "$config")
export PKG_CONFIG_PATH
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
export LD_LIBRARY_PATH

# It gives out what is its own, in the namespace of the release, and nothing of the client library or of the model.
release=$(sed -n 's/^#define DUROXIDE_ABI inline //p' "$(find "$directory/installed" -name version.hpp)")
shown=$(nm --dynamic --defined-only "$LD_LIBRARY_PATH/libduroxide-postgres.so" | sed 's/.* //')
others=$(grep -vE "^_ZN(K?)8duroxide${#release}$release(16PostgresProvider|15PostgresOptions)" <<<"$shown" || true)
[[ -z $others ]] || { echo "the library shows what is not its own: $others"; exit 1; }
grep -q 16PostgresProvider7connect <<<"$shown" || { echo "the library does not show how a store is opened: $shown"; exit 1; }

cp "$program" "$directory/in_postgres.cpp"
cd "$directory"
flags=$(pkg-config --cflags --libs duroxide-postgres)
echo "flags: $flags"
[[ $flags != *pq* ]] || { echo 'programs are told to link the client library of the database'; exit 1; }
# shellcheck disable=SC2086  # the flags are words
"$@" -std=c++20 in_postgres.cpp -o by_pkg_config $flags

cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.19)
project(hello LANGUAGES CXX)
find_package(duroxide 0.1 CONFIG REQUIRED COMPONENTS postgres)
add_executable(by_cmake in_postgres.cpp)
target_link_libraries(by_cmake PRIVATE duroxide::postgres)
CMAKE
prefix=${config%/lib*/pkgconfig/*}
{ cmake -S . -B cmake -DCMAKE_CXX_COMPILER="${*: -1}" -DCMAKE_PREFIX_PATH="$prefix" && cmake --build cmake; } >said 2>&1 ||
  { cat said; exit 1; }

mkfifo to_server from_server
"$server" <to_server >from_server &
exec 7>to_server
read -r url <from_server
./by_pkg_config "$url"
cmake/by_cmake "$url"
# The command that is installed with it finds what they have left.
"$prefix/bin/duroxide" --store "$url&schema=hello" list >said
grep -q Hello said || { cat said; exit 1; }
# Without a server the error says what is wrong, as it does before any of the database.
if ./by_pkg_config "host=$directory dbname=nothing" 2>said; then
  echo 'a database that is not there was opened'
  exit 1
fi
grep -q "$directory" said || { cat said; exit 1; }

rm "$LD_LIBRARY_PATH"/libduroxide-postgres.*
if cmake -S . -B without -DCMAKE_PREFIX_PATH="$prefix" >said 2>&1; then
  echo 'CMake has found a library that is not there'
  exit 1
fi
tr -s '\n ' ' ' <said | grep -q 'libduroxide-postgres-dev' || { cat said; exit 1; }
