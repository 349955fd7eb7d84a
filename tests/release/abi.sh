#!/usr/bin/env bash
# abi.sh [--formats] [TAG]: compares the shared library, and the formats of what it writes, with those of a release: the last
# tag, or the one named. What a release with this number may not change is an error. The release is built from
# its sources, so this takes twice as long as a build; with --formats the library is left out, which takes no time.
# As long as there is no tag, the names that the library gives out are held against those in `abi_names`, which needs
# one build and sees what is gone, but not what has another layout. abi.sh --record writes that file anew.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
# names LIBRARY: its functions and tables of virtual functions, as linkers know them; what is inline is the program's own.
names() {
  nm --dynamic --defined-only "$1" | sed -n 's/^[0-9a-f]* [TV] //p' | LC_ALL=C sort
}
# gone LIBRARY: what it has no longer.
gone() {
  LC_ALL=C comm -13 <(names "$1") "$root/tests/release/abi_names"
}
# lacking FUNCTION: the library, linked anew so that it does not give out FUNCTION.
lacking() {
  local map=$root/src/exported.map file link
  file=src/$(basename "$library")
  sed "s/local:/local: $1;/" "$map" >"$work/exported.map"
  link=$(ninja -C "$build" -t commands "$file" | tail -n 1)
  link=${link//"$map"/"$work/exported.map"}
  (cd "$build" && eval "${link/"-o $file"/"-o $work/lacking.so"}") >&2
  echo "$work/lacking.so"
}
check_names() {
  local build=$root/build library trial without version lost
  install_packages "${base_packages[@]}"
  configure "$build"
  version=$(sed -nE 's/^#define DUROXIDE_VERSION "(.*)"/\1/p' "$root/include/duroxide/version.hpp")
  library=$build/src/libduroxide.so.$version
  build "$build" "src/libduroxide.so.$version"
  if [[ $1 == --record ]]; then
    names "$library" >"$root/tests/release/abi_names"
    say "abi: $(wc -l <"$root/tests/release/abi_names") names recorded"
    return
  fi
  # First that this finds anything: a library without one function is one.
  trial=$(grep -m 1 6Client15cancel_instance <(names "$library"))
  without=$(lacking "$trial")
  [[ $(gone "$without") == *"$trial"* ]] || fail 'a function that is gone is not noticed' "$trial"
  lost=$(gone "$library" | c++filt)
  [[ -z $lost ]] || fail 'programs that were linked with an earlier build miss this' "$lost" \
    'If that is meant: tests/run.sh abi --record, and say it in src/CHANGELOG.md.'
  say "abi: all $(wc -l <"$root/tests/release/abi_names") names are there, and one that is gone is noticed"
}

formats_alone=false
if [[ ${1-} == --record ]]; then
  check_names --record
  exit
fi
if [[ ${1-} == --formats ]]; then
  formats_alone=true
  shift
fi
tag=${1-}
if [[ -z $tag ]]; then
  tag=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null || true)
  if [[ -z $tag ]]; then
    [[ $formats_alone == false ]] || { say 'formats: no release has been made yet'; exit 0; }
    say 'No release has been made yet; tests/run.sh abi COMMIT compares layouts and formats with a commit.'
    check_names --compare
    exit
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
