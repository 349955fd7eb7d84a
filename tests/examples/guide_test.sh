#!/usr/bin/env bash
# guide_test.sh README GUIDE SOURCE…: each C++ block of the guide is the snippet of a source that the
# comment before it names, each snippet is in the guide, and links to the guide's sections lead there.
set -euo pipefail

readme=$1
guide=$2
shift 2
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
mkdir "$directory/sources" "$directory/guide"

# The lines between `// [name]` and `// [/name]`, without the indentation that they have in common.
awk -v out="$directory/sources/" '
  function fail(text) { print FILENAME ":" FNR ": " text; failed = 1; exit 1 }
  function finish(   i, file) {
    file = out name
    printf "" >file
    for (i = 1; i <= count; ++i) { print substr(lines[i], indentation + 1) >file }
    close(file)
  }
  /^ *\/\/ \[\/[a-z-]+\]$/ {
    if ($2 != "[/" name "]") { fail($2 " does not end [" name "]") }
    finish()
    name = ""
    next
  }
  /^ *\/\/ \[[a-z-]+\]$/ {
    if (name != "") { fail("[" name "] is not ended") }
    name = substr($2, 2, length($2) - 2)
    if (seen[name]++) { fail("a second [" name "]") }
    count = 0
    indentation = 1000
    next
  }
  name != "" {
    lines[++count] = $0
    if ($0 != "") { match($0, /^ */); if (RLENGTH < indentation) { indentation = RLENGTH } }
  }
  END { if (!failed && name != "") { print "[" name "] is not ended"; exit 1 } }
' "$@"

awk -v out="$directory/guide/" '
  function fail(text) { print FILENAME ":" FNR ": " text; failed = 1; exit 1 }
  !inside && /^<!-- [a-z-]+ -->$/ { name = $2; next }
  !inside && /^```/ {
    inside = 1
    if ($0 != "```cpp") { file = ""; next }
    if (name == "") { fail("no comment before this block names a snippet, as in <!-- retry -->") }
    if (seen[name]++) { fail("the snippet " name " is here for the second time") }
    file = out name
    printf "" >file
    name = ""
    next
  }
  inside && /^```$/ { inside = 0; if (file != "") { close(file) } next }
  inside { if (file != "") { print >file } next }
  name != "" { fail("<!-- " name " --> must stand right before its block") }
  END { if (!failed && inside) { print "the last block is not ended"; exit 1 } }
' "$guide"

if [[ -z $(ls "$directory/guide") ]]; then
  echo "no C++ block was found in $guide"
  exit 1
fi
# `<` is the source, `>` the guide.
diff -r "$directory/sources" "$directory/guide" || {
  echo 'The guide and its sources differ, see above: < is what the sources in examples/ say, > the guide.'
  exit 1
}

# An anchor is a heading in small letters, without punctuation and with `-` for a blank.
anchors=$(sed -n 's/^##* //p' "$guide" | tr '[:upper:]' '[:lower:]' |
  sed 's/[^a-z0-9 _-]//g; s/ /-/g')
links=$({
  grep -o '](#[^)]*)' "$guide" || true
  grep -o '](examples/guide\.md#[^)]*)' "$readme" || true
} | sed 's/.*#//; s/)$//' | sort -u)
for link in $links; do
  grep -qxF -- "$link" <<<"$anchors" || {
    echo "a link leads to #$link, which is no heading of the guide"
    exit 1
  }
done
