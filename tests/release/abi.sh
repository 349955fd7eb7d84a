#!/usr/bin/env bash
# abi.sh [--formats] [TAG]: compares the shared libraries, and the formats of what it writes, with those of a release: the last
# tag, or the one named. What a release with this number may not change is an error. The release is built from
# its sources, so this takes twice as long as a build; with --formats the libraries are left out, which takes no time.
# As long as there is no tag, the names that the libraries give out are held against those in `abi_names`, which needs
# one build and sees what is gone, but not what has another layout. abi.sh --record writes that file anew.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
version=$(sed -nE 's/^#define DUROXIDE_VERSION "(.*)"/\1/p' include/duroxide/version.hpp)
# The library, and the one of the store in PostgreSQL, by their places in a build.
libraries=(src/libduroxide.so."$version" src/postgres/libduroxide-postgres.so."$version")

# names LIBRARY…: their functions and tables of virtual functions, as linkers know them; what is inline is the program's
# own.
names() {
  nm --dynamic --defined-only "$@" | sed -n 's/^[0-9a-f]* [TV] //p' | LC_ALL=C sort
}
# gone LIBRARY…: what they have no longer.
gone() {
  LC_ALL=C comm -13 <(names "$@") "$root/tests/release/abi_names"
}
# lacking FUNCTION: the library, linked anew so that it does not give out FUNCTION.
lacking() {
  local map=$root/src/exported.map file link
  file=${libraries[0]}
  sed "s/local:/local: $1;/" "$map" >"$work/exported.map"
  link=$(ninja -C "$build" -t commands "$file" | tail -n 1)
  link=${link//"$map"/"$work/exported.map"}
  (cd "$build" && eval "${link/"-o $file"/"-o $work/lacking.so"}") >&2
  echo "$work/lacking.so"
}
check_names() {
  local build=$root/build built trial without lost
  install_packages "${base_packages[@]}" libpq-dev
  configure "$build" -Dwerror=false -Ddebug=false -Dpostgres=enabled  # as tests/run.sh does with a part `postgres`
  build "$build" "${libraries[@]}"
  built=("${libraries[@]/#/$build/}")
  if [[ $1 == --record ]]; then
    names "${built[@]}" >"$root/tests/release/abi_names"
    say "abi: $(wc -l <"$root/tests/release/abi_names") names recorded"
    return
  fi
  # First that this finds anything: a library without one function is one.
  trial=$(grep -m 1 6Client15cancel_instance <(names "${built[@]}"))
  without=$(lacking "$trial")
  [[ $(gone "$without" "${built[1]}") == *"$trial"* ]] || fail 'a function that is gone is not noticed' "$trial"
  lost=$(gone "${built[@]}" | c++filt)
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
schema src/postgres/schema.hpp schema_version
FORMATS
[[ $wrong == false ]] || fail 'a format has changed as it must not'
if [[ $formats_alone == true ]]; then
  say 'formats: none has changed as it must not'
  exit
fi

command -v abidiff >/dev/null || install_packages abigail-tools
install_packages libpq-dev
# built SOURCES BUILD: with debug information, as types are read from that.
built() {
  local arguments=(-Dtests=false -Dexamples=false -Dpostgres=enabled -Ddebug=true -Doptimization=1 -Dunity=on -Dunity_size=20)
  [[ -f $2/build.ninja ]] || meson setup "${arguments[@]}" "$2" "$1" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; return 1; }
  local targets
  # Their names have a version, which may be another.
  mapfile -t targets < <(cd "$2" && ninja -t targets all |
    sed -nE 's/^(src\/(postgres\/)?libduroxide(-postgres)?\.so\.[0-9.]*[0-9]): cpp_LINKER.*/\1/p')
  build "$2" "${targets[@]}" >&2
}
soname() { readelf -d "$1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'; }
built "$released" "$work/build-released"
built "$root" "$root/build-abi"
: >"$root/build-abi/abi.txt"
for link in src/libduroxide.so src/postgres/libduroxide-postgres.so; do
  before=$(readlink -f "$work/build-released/$link")
  now=$(readlink -f "$root/build-abi/$link")
  status=0
  abidiff --headers-dir1 "$released/include" --headers-dir2 "$root/include" --drop-private-types \
    "$before" "$now" >"$work/abi.txt" || status=$?
  cat "$work/abi.txt" >>"$root/build-abi/abi.txt"
  # 4: changed. 8: changed so that programs break.
  if ((status == 0)); then
    say "abi: $(basename "$link") is as in $tag"
  elif ((status & 3)); then
    cat "$work/abi.txt" >&2
    fail "abidiff could not compare $link"
  else
    sed -n 1,40p "$work/abi.txt"
    say "All of it: build-abi/abi.txt"
    if ((status & 8)) && [[ $(soname "$before") == "$(soname "$now")" ]]; then
      fail "programs of $tag break, and would be started with this library: its second number must go up"
    fi
    say "abi: $(basename "$link") has changed since $tag, as this release may"
  fi
done
