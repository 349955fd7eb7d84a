#!/bin/sh
# shellcheck disable=SC2013  # the words of a line are what is meant
# layer_paths.sh SOURCE OUT: makes OUT/LAYER for each layer in SOURCE/src/layers.txt, a directory to
# be given to the compiler as the layer's only include path of ours. It holds links to the folders
# and headers that the layer may include.
set -eu

source=$1
out=$2
table=$source/src/layers.txt

complain() {
  echo "$table: $1" >&2
  exit 1
}

# show_public LAYER OTHER: the public headers of another layer.
show_public() {
  for header in $(sed -n "s/^public $2 //p" "$table"); do
    [ -f "$source/include/duroxide/$header" ] || complain "there is no public header $header"
    mkdir -p "$(dirname "$out/$1/duroxide/$header")"
    ln -sf "$source/include/duroxide/$header" "$out/$1/duroxide/$header"
  done
}

# show_layer LAYER OTHER
show_layer() {
  [ -d "$source/src/$2" ] || complain "there is no layer $2"
  ln -sfn "$source/src/$2" "$out/$1/$2"
  show_public "$1" "$2"
}

rm -rf "$out"
for layer in $(sed -n 's/^sees \([a-z]*\).*/\1/p' "$table" | sort -u); do
  mkdir -p "$out/$layer"
  show_layer "$layer" "$layer"
  for what in $(sed -n "s/^sees $layer //p" "$table"); do
    case $what in
    *:public) show_public "$layer" "${what%:public}" ;;
    */*)
      [ -f "$source/src/$what" ] || complain "there is no header $what"
      mkdir -p "$out/$layer/${what%/*}"
      ln -sf "$source/src/$what" "$out/$layer/$what"
      ;;
    *) show_layer "$layer" "$what" ;;
    esac
  done
done
