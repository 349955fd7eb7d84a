#!/usr/bin/env bash
# arm.sh [TEST…]: builds for 64-bit ARM with a cross-compiler, and runs the tests of model/, or those named (replay and
# storage, say), in an emulator. There `char` has no sign, and what threads share is ordered more loosely, though an
# emulator on another machine shows less of the latter. The libraries are Debian's for ARM, unpacked into
# build-arm-system and not installed. Needs root and the network.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

((EUID == 0)) || fail 'packages for another machine can be unpacked by root only'
install_packages meson ninja-build pkg-config mmdebstrap qemu-user-static g++-aarch64-linux-gnu
tests=("$@")
((${#tests[@]} > 0)) || tests=(model)

# The release of Debian that this runs on, as the cross-compiler brings its C library.
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
system=$root/build-arm-system
if [[ ! -f $system/complete ]]; then
  rm -rf "$system"
  libraries=$(printf '%s\n' "${base_packages[@]}" "libstdc++-$(aarch64-linux-gnu-g++ -dumpversion)-dev" |
    grep -vxE 'g\+\+|meson|ninja-build|pkg-config' | paste -sd,)
  mmdebstrap --quiet --mode=root --variant=extract --architectures=arm64 "--include=$libraries" "$release" "$system" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
  touch "$system/complete"
fi

cross=$system/cross.ini
cat >"$cross" <<CROSS
[binaries]
c = 'aarch64-linux-gnu-gcc'
cpp = 'aarch64-linux-gnu-g++'
ar = 'aarch64-linux-gnu-ar'
strip = 'aarch64-linux-gnu-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-aarch64-static', '-L', '$system']

[properties]
sys_root = '$system'
pkg_config_libdir = '$system/usr/lib/aarch64-linux-gnu/pkgconfig:$system/usr/share/pkgconfig'

[built-in options]
cpp_args = ['--sysroot=$system']
cpp_link_args = ['--sysroot=$system']

[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
CROSS
build=$root/build-arm
configure "$build" --cross-file "$cross" -Doptimization=0 -Dwerror=true -Dexamples=false
programs=()
for test in "${tests[@]}"; do
  programs+=("tests/$test/${test}_tests")
done
build "$build" "${programs[@]}"
meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier=10 "${tests[@]}"
say "arm: built for $(aarch64-linux-gnu-g++ -dumpmachine), and ${tests[*]} passed in the emulator"
