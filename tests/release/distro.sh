#!/usr/bin/env bash
# distro.sh bookworm|trixie [FOLDER|OPTION…]: in a new Debian of that name, installs the packages, builds the hello of
# the README with CMake, with Meson and with what pkg-config says, and runs it; then one whose store lies in
# PostgreSQL, on a server of that Debian. The packages are built from this tree in a second new system of the same
# release, with options of Meson's (-Doptimization=0 is soon done), or come from FOLDER if they were built for it
# already. If ccache is installed here, both share its cache. Needs root and the network.
set -euo pipefail
# shellcheck source=tests/release/systems.sh
source "$(dirname "${BASH_SOURCE[0]}")/systems.sh"

release=${1-}
[[ $release =~ ^(bookworm|trixie)$ ]] || fail 'distro.sh bookworm|trixie [FOLDER OF PACKAGES|OPTION…]'
shift
new_system "$release" "$work/system"
mkdir "$system/packages"
if [[ -d ${1-} ]]; then
  cp "$1"/*.deb "$system/packages"
else
  clean=$system
  system=$work/building
  cp -a "$clean" "$system"
  entered
  inside apt-get -q install -y --no-install-recommends g++ meson ninja-build pkg-config
  with_tree
  inside /tree/src/packaging/deb/build.sh /packages "$@"
  cp "$system"/packages/*.deb "$clean/packages"
  left
  system=$clean
fi
entered
inside apt-get -q install -y --no-install-recommends g++ cmake make meson ninja-build pkg-config
mkdir "$system/packages/postgres"
mv "$system"/packages/*postgres*.deb "$system/packages/postgres"
inside sh -c 'apt-get -q install -y --no-install-recommends /packages/libduroxide*.deb'
! inside dpkg-query -W libpq5 >/dev/null 2>&1 || fail 'the client library of a database comes along unasked'
inside sh -c 'apt-get -q install -y --no-install-recommends /packages/duroxide_*.deb'

# The hello is what the README shows.
mkdir -p "$system/hello"
awk '/^```cpp$/ { on = 1; next } /^```$/ { if (on) exit } on' "$root/README.md" >"$system/hello/hello_world.cpp"
cat >"$system/hello/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.19)
project(hello LANGUAGES CXX)
find_package(duroxide 0.1 CONFIG REQUIRED)
add_executable(hello_world hello_world.cpp)
target_link_libraries(hello_world PRIVATE duroxide::duroxide)
CMAKE
cat >"$system/hello/meson.build" <<'MESON'
project('hello', 'cpp', default_options : ['cpp_std=c++20'])
executable('hello_world', 'hello_world.cpp', dependencies : dependency('duroxide'))
MESON
# shellcheck disable=SC2016  # for the inner shell
inside sh -euc '
  cd /hello
  cmake -S . -B by-cmake && cmake --build by-cmake
  meson setup by-meson && ninja -C by-meson
  mkdir by-pkg-config
  c++ -std=c++20 hello_world.cpp $(pkg-config --cflags --libs duroxide) -o by-pkg-config/hello_world
  c++ -std=c++20 hello_world.cpp -Wl,-Bstatic -lduroxide -Wl,-Bdynamic \
    $(pkg-config --static --cflags --libs duroxide | sed "s/-lduroxide//") -o by-pkg-config/static'
for program in by-cmake/hello_world by-meson/hello_world by-pkg-config/hello_world by-pkg-config/static; do
  said=$(inside sh -c "rm -rf /tmp/run && mkdir /tmp/run && cd /tmp/run && /hello/$program")
  [[ $said == *'Hello, World!'* ]] || fail "$program says: $said"
done
inside sh -c 'duroxide --version && cd /tmp/run && duroxide --store hello-store list' | grep -q hello-1 ||
  fail 'the command does not find what the hello has left'
[[ -f $system/usr/share/man/man1/duroxide.1.gz ]] || say 'No manual pages are kept in this system'

# The same for the store in PostgreSQL. No server of this system's own is made or started.
inside sh -c 'apt-get -q install -y --no-install-recommends /packages/postgres/*.deb'
mkdir -p "$system/etc/postgresql-common"
echo 'create_main_cluster = false' >"$system/etc/postgresql-common/createcluster.conf"
inside apt-get -q install -y --no-install-recommends postgresql
mkdir "$system/in-postgres"
cp "$root/tests/package/in_postgres.cpp" "$root/tests/postgres/server.sh" "$system/in-postgres"
sed 's/REQUIRED/& COMPONENTS postgres/; s/hello_world/in_postgres/g; s/duroxide::duroxide/duroxide::postgres/' \
  "$system/hello/CMakeLists.txt" >"$system/in-postgres/CMakeLists.txt"
sed "s/hello_world/in_postgres/g; s/'duroxide'/'duroxide-postgres'/" \
  "$system/hello/meson.build" >"$system/in-postgres/meson.build"
# shellcheck disable=SC2016  # for the inner shell
inside bash -euc '
  cd /in-postgres
  cmake -S . -B by-cmake && cmake --build by-cmake
  meson setup by-meson && ninja -C by-meson
  mkdir by-pkg-config
  c++ -std=c++20 in_postgres.cpp $(pkg-config --cflags --libs duroxide-postgres) -o by-pkg-config/in_postgres
  mkfifo to_server from_server
  ./server.sh <to_server >from_server &
  exec 7>to_server
  read -r url <from_server
  for way in by-cmake by-meson by-pkg-config; do
    $way/in_postgres "$url"
  done
  duroxide --store "$url&schema=hello" list | grep Hello
  exec 7>&-
  wait'
say "distro: Debian $(cat "$system/etc/debian_version"): packages installed; hello built by CMake, Meson and pkg-config, and run, with its store in a file and in PostgreSQL"
