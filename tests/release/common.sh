# Sourced by the scripts of this folder, which tests/run.sh runs by name.
# shellcheck shell=bash

# shellcheck source=tests/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fail WHAT…: what should have held.
fail() { die "$@"; }

# installed BUILD: installs it below $work/installed, and names the folder of the library.
installed() {
  DESTDIR=$work/installed meson install -C "$1" --no-rebuild --quiet >&2
  dirname "$(dirname "$(find "$work/installed" -name duroxide.pc)")"
}
