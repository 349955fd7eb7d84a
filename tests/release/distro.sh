#!/usr/bin/env bash
# distro.sh bookworm|trixie [FOLDER]: in a new Debian of that name, installs the packages, and builds and runs the
# hello of the README with CMake, with Meson and with what pkg-config says. The packages are built in it, from
# this tree, or come from FOLDER if they were built for that release already. Needs root and the network.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

release=${1-}
[[ $release =~ ^(bookworm|trixie)$ ]] || fail 'distro.sh bookworm|trixie [FOLDER OF PACKAGES]'
((EUID == 0)) || fail 'a new system can be made and entered by root only'
install_packages debootstrap
system=$work/system
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
trap 'umount "$system/proc" 2>/dev/null || true; rm -rf "$work"' EXIT
if [[ -n ${DUROXIDE_SYSTEM-} ]]; then  # one that was made before, and that this may change
  system=$DUROXIDE_SYSTEM
else
  debootstrap --variant=minbase "$release" "$system" "$mirror"
fi
mount -t proc proc "$system/proc"
inside() { chroot "$system" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
# A new system that is thrown away need not be safe from a loss of power.
echo force-unsafe-io >"$system/etc/dpkg/dpkg.cfg.d/unsafe-io"
inside apt-get -q update
inside apt-get -q install -y --no-install-recommends g++ cmake make meson ninja-build pkg-config

mkdir -p "$system/packages"
if [[ -n ${2-} ]]; then
  cp "$2"/*.deb "$system/packages"
else
  mkdir -p "$system/tree"
  tar -C "$root" -c --exclude='./build*' --exclude=./.git . | tar -x -C "$system/tree"
  inside /tree/src/packaging/deb/build.sh /packages
  # What was installed to build them says nothing of what they ask for themselves.
  inside sh -c 'apt-get -q purge -y "libcaf*" "liblmdb*" libcereal-dev libexpected-dev "libspdlog*" "libfmt*" \
    libxxhash-dev nlohmann-json3-dev libcli11-dev catch2 && apt-get -q autoremove -y'
fi
inside sh -c 'apt-get -q install -y --no-install-recommends /packages/*.deb'

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
say "distro: Debian $(cat "$system/etc/debian_version"): packages installed; hello built by CMake, Meson and pkg-config, and run"
