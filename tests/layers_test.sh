#!/usr/bin/env bash
# layers_test.sh SOURCE COMPILER…: in a copy of the sources, a file of each layer includes a header of
# each layer that it must not know, and must not compile then; as it is, it must find what it includes.
# Nor may anything include by way of `..`, or CAF but through the one header that knows its release; and what is public
# lies in the namespace of the release.
set -euo pipefail
source=$1
shift
compiler=("$@")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$source/src" "$source/include" "$scratch"
"$scratch/src/layer_paths.sh" "$scratch" "$scratch/layers"
mapfile -t layers < <(sed -n 's/^sees \([a-z]*\).*/\1/p' "$scratch/src/layers.txt" | sort -u)

problems=0
complain() {
  echo "$1"
  problems=$((problems + 1))
}

# compile LAYER FILE: as the build does, but for the code.
compile() {
  "${compiler[@]}" -std=c++20 -E -I "$scratch/layers/$1" "$2" -o /dev/null 2>"$scratch/messages"
}

# smallest LAYER KIND: its shortest file of that kind.
smallest() {
  find "$scratch/src/$1" -name "*.$2" -printf '%s %p\n' | sort -n | sed -n '1s/^[0-9]* //p'
}

pairs=0
for layer in "${layers[@]}"; do
  file=$(smallest "$layer" cpp)
  compile "$layer" "$file" || complain "$layer does not find its own headers: $(head -1 "$scratch/messages")"
  for other in "${layers[@]}"; do
    sees=$(sed -n "s/^sees $layer //p" "$scratch/src/layers.txt" | tr '\n' ' ')
    [[ $layer == "$other" || " $sees " == *" $other "* ]] && continue
    header=$(smallest "$other" hpp)
    header=$other/${header#"$scratch/src/$other/"}
    [[ " $sees " == *" $header "* ]] && continue
    # Before everything else, so that no other error can be what is seen.
    upward=$(dirname "$file")/upward.cpp
    { echo "#include \"$header\"" && cat "$file"; } >"$upward"
    if compile "$layer" "$upward"; then
      complain "$layer can include $header"
    elif ! grep -q "$header.*\(No such file\|not found\)" "$scratch/messages"; then
      complain "$layer with $header fails for another reason: $(head -1 "$scratch/messages")"
    fi
    rm "$upward"
    pairs=$((pairs + 1))
  done
done

# refuse PATTERN PLACES: nobody but PLACES includes what matches.
refuse() {
  local found
  found=$(grep -rnE "^ *# *include *$1" "$source/src" "$source/include" | grep -vE "$2" || true)
  [[ -z $found ]] || complain "not to be included here: $found"
}
refuse '"[^"]*\.\./' '^$'
refuse '<caf/' '/detail/caf\.hpp:|/protocol/(after_each_message|delay_clock|engine_scheduler|engine_thread|numbered_requests)\.[ch]pp:'
refuse '<lmdb' '/storage/lmdb/'
refuse '<microhttpd' '/gateway/http/microhttpd\.cpp:'
refuse '<libpq' '/postgres/'
refuse '<spdlog' '/model/log\.cpp:'
refuse '<CLI/' '/cli/'
refuse '<nlohmann' '/(model|gateway|cli)/'

# What is public lies in the namespace of the release, wherever it is declared or defined.
found=$(grep -rnE '^namespace duroxide(::(detail|actors|management|provider|testkit|event|work))? \{' \
  "$source/include" "$source/src" || true)
[[ -z $found ]] || complain "to be opened as duroxide::DUROXIDE_ABI: $found"

# Each public header belongs to one layer; duroxide.hpp is for users.
assigned=$(sed -n 's/^public [a-z]* //p' "$source/src/layers.txt" | tr ' ' '\n' | sort)
present=$(cd "$source/include/duroxide" && find . -name '*.hpp' ! -name duroxide.hpp -printf '%P\n' | sort)
[[ $assigned == "$present" ]] ||
  complain "public headers and layers.txt differ: $(diff <(echo "$assigned") <(echo "$present") || true)"

echo "${#layers[@]} layers, $pairs includes that must not compile, $problems problems"
((problems == 0 && pairs > ${#layers[@]}))
