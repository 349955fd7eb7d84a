# Sourced by the scripts of this folder that need another Debian than the one they run on: new systems in folders.
# shellcheck shell=bash

# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

system=  # the folder of the system at hand
mounted=()

# Whatever ends the script. What is lent to a system must be out of it before it is removed.
leave_all() {
  local folder
  for folder in "${mounted[@]}"; do
    ! mountpoint -q "$folder" || umount "$folder" || umount --lazy "$folder" ||
      { say "$work is left over, as $folder is still mounted"; return; }
  done
  rm -rf --one-file-system "$work"
}

# new_system RELEASE FOLDER: a minimal Debian, which becomes the system at hand.
new_system() {
  ((EUID == 0)) || fail 'a new system can be made and entered by root only'
  install_packages debootstrap
  system=$2
  trap leave_all EXIT
  debootstrap --variant=minbase "$1" "$system" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
  # One that is thrown away need not be safe from a loss of power.
  echo force-unsafe-io >"$system/etc/dpkg/dpkg.cfg.d/unsafe-io"
}

# inside COMMAND…: runs it in the system at hand, which must have been entered.
inside() {
  chroot "$system" env -i PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin CCACHE_DIR=/ccache HOME=/root \
    LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# entered: what programs in the system at hand expect of a system.
entered() {
  mount -t proc proc "$system/proc"
  mounted+=("$system/proc")
  inside apt-get -q update
}

# left: nothing outside it is to be seen in the system at hand any more.
left() {
  local folder
  for folder in "$system/proc" "$system/ccache"; do
    ! mountpoint -q "$folder" || umount "$folder"
  done
}

# with_tree: puts this tree into the system at hand, as /tree, and lends it the cache of ccache if that is used here.
with_tree() {
  mkdir "$system/tree" "$system/ccache"
  tar -C "$root" -c --exclude='./build*' --exclude=./.git . | tar -x -C "$system/tree"
  if command -v ccache >/dev/null; then
    inside apt-get -q install -y --no-install-recommends ccache
    mkdir -p "$(ccache --get-config=cache_dir)"
    mount --bind "$(ccache --get-config=cache_dir)" "$system/ccache"
    mounted+=("$system/ccache")
  fi
}
