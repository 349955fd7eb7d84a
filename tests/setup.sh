# Sourced by examples/run.sh, tests/run.sh and .ci/run: installing, configuring, building.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=$(basename "$0")

# shellcheck disable=SC2034  # for those who source this
base_packages=(
  g++ meson ninja-build pkg-config libcaf-dev liblmdb-dev libcereal-dev libexpected-dev libspdlog-dev
  libmicrohttpd-dev libxxhash-dev nlohmann-json3-dev libcli11-dev catch2
)

say() { printf '%s\n' "$*"; }

die() {
  printf '%s: %s\n' "$script" "$1" >&2
  shift
  (($# == 0)) || printf '  %s\n' "$@" >&2
  exit 1
}

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# install_packages NAME…: installs those that are missing, and says so.
install_packages() {
  if ! command -v apt-get >/dev/null; then
    command -v meson >/dev/null && command -v ninja >/dev/null && return
    die "this system has no apt-get, and meson or ninja is missing" \
      "Install what these Debian packages hold, then run this again: $*"
  fi
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0

  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "these packages are missing: ${missing[*]}" \
        "Neither root nor sudo is at hand. As root, run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Missing, and installed now with apt-get: ${missing[*]}"
  "${as_root[@]}" apt-get -q update ||
    die "apt-get update failed" "Check the network and /etc/apt/sources.list, then run this again."
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 \
    install -y --no-install-recommends "${missing[@]}" ||
    die "apt-get install failed" "The lines above say why. Package names are those of Debian 12."
}

# configure DIRECTORY [MESON ARGUMENT…]: anew only if there is no build directory or it was
# configured with other arguments. Without arguments any build directory will do. Sources are compiled
# in groups of twenty, which takes a third of the time; -Dunity=off compiles each by itself.
configure() {
  local build=$1 log
  shift
  if [[ -f $build/build.ninja ]]; then
    (($# > 0)) && [[ $(cat "$build/.arguments" 2>/dev/null) != "$*" ]] || return 0
    set -- --reconfigure "$@"
  fi
  say "Configuring ${build#"$root"/}"
  log=$(mktemp)
  meson setup -Dunity=on -Dunity_size=20 "$@" "$build" "$root" >"$log" 2>&1 || {
    cat "$log" >&2
    rm -f "$log"
    die "meson could not configure $build" "The lines above say why. To begin anew: rm -r $build"
  }
  rm -f "$log"
  [[ ${1-} != --reconfigure ]] || shift
  printf '%s\n' "$*" >"$build/.arguments"
}

# build DIRECTORY [TARGET…]
build() {
  local build=$1
  shift
  ninja -C "$build" "$@" ||
    die "the build failed" "The first error above is the one to look at. To begin anew: rm -r $build"
}
