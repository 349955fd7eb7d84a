#!/usr/bin/env bash
# abi.sh [--formats] [TAG]: compares the shared library, and the formats of what it writes, with those of a release: the last
# tag, or the one named. What a release with this number may not change is an error. The release is built from
# its sources, so this takes twice as long as a build; with --formats the library is left out, which takes no time.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
formats_alone=false
if [[ ${1-} == --formats ]]; then
  formats_alone=true
  shift
fi
tag=${1-}
if [[ -z $tag ]]; then
  tag=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null || true)
  if [[ -z $tag ]]; then
    say 'abi: no release has been made yet, so there is nothing to compare with.' \
      'tests/run.sh abi COMMIT compares with a commit.'
    exit 0
  fi
fi
git rev-parse --verify --quiet "$tag^{commit}" >/dev/null || fail "there is no tag or commit $tag"
say "Comparing with $tag"

# number TREE FILE NAME: the number of a format in the sources of a tree; 0 if they have none.
number() {
  local found
  found=$(sed -nE "s/^(inline )?constexpr [a-z_:0-9]+ $3 = ([0-9]+);$/\2/p" "$1/$2" 2>/dev/null || true)
  echo "${found:-0}"
}

released=$work/released
mkdir "$released"
git archive "$tag" | tar -x -C "$released"
wrong=false
while read -r what file name; do
  before=$(number "$released" "$file" "$name")
  now=$(number "$root" "$file" "$name")
  ((now > 0)) || fail "the number of the format of the $what is not found: $file, $name"
  if ((now < before)); then
    say "the format of the $what went back from $before to $now"
    wrong=true
  elif ((now > before)); then
    say "the format of the $what went from $before to $now"
    if [[ $what == store && ! -f $root/tests/provider/stores/format$before.packed ]]; then
      say "  and no store of format $before is kept to be opened: tests/provider/stores/README.md says how"
      wrong=true
    fi
  fi
done <<'FORMATS'
store src/storage/format.hpp store_format
log src/storage/log/segment.cpp log_version
export src/model/instance_json.cpp export_format
command src/gateway/wire.hpp wire_version
frames src/gateway/remote/frames.hpp protocol_version
FORMATS
[[ $wrong == false ]] || fail 'a format has changed as it must not'
if [[ $formats_alone == true ]]; then
  say 'formats: none has changed as it must not'
  exit
fi

command -v abidiff >/dev/null || install_packages abigail-tools
# library SOURCES BUILD: with debug information, as types are read from that.
library() {
  local arguments=(-Dtests=false -Dexamples=false -Ddebug=true -Doptimization=1 -Dunity=on -Dunity_size=20)
  [[ -f $2/build.ninja ]] || meson setup "${arguments[@]}" "$2" "$1" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
  build "$2" src/libduroxide.so."$(sed -nE 's/^#define DUROXIDE_VERSION "(.*)"/\1/p' "$1/include/duroxide/version.hpp")" >&2
  readlink -f "$2/src/libduroxide.so"
}
before=$(library "$released" "$work/build-released")
now=$(library "$root" "$root/build-abi")
status=0
abidiff --headers-dir1 "$released/include" --headers-dir2 "$root/include" --drop-private-types \
  "$before" "$now" >"$root/build-abi/abi.txt" || status=$?
# 4: changed. 8: changed so that programs break.
if ((status == 0)); then
  say "abi: as in $tag"
elif ((status & 3)); then
  cat "$root/build-abi/abi.txt" >&2
  fail 'abidiff could not compare'
else
  sed -n 1,40p "$root/build-abi/abi.txt"
  say "All of it: build-abi/abi.txt"
  soname() { readelf -d "$1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'; }
  if ((status & 8)) && [[ $(soname "$before") == "$(soname "$now")" ]]; then
    fail "programs of $tag break, and would be started with this library: its second number must go up"
  fi
  say "abi: changed since $tag, as this release may"
fi
