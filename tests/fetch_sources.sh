#!/usr/bin/env bash
# fetch_sources.sh caf: puts the source that a wrap names where Meson looks for it, from Debian's
# archive, for machines that reach that and nothing else. What comes must have the hash of the wrap.
set -euo pipefail
# shellcheck source=tests/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

case ${1-} in
  caf) package=actor-framework ;;
  *) die "usage: fetch_sources.sh caf" "Debian repacks the other sources: Meson downloads those itself." ;;
esac
wrap=$root/subprojects/$1.wrap
setting() { sed -n "s/^$1 = //p" "$wrap"; }
hash=$(setting source_hash)
target=$root/subprojects/packagecache/$(setting source_filename)

has_hash() { [[ -f $1 && $(sha256sum "$1" | cut -d' ' -f1) == "$hash" ]]; }

has_hash "$target" && exit
[[ -d $root/subprojects/$(setting directory) ]] && exit
mkdir -p "$root/subprojects/packagecache"
if ! command -v apt-get >/dev/null; then
  say "No apt-get here: Meson will download $(setting source_url)"
  exit
fi

say "Fetching the source of $1 from Debian"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/lists/partial" "$work/sources" "$work/cache"
# The machine's own sources, asked for source packages instead.
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  case $file in
    *.list) [[ ! -f $file ]] || sed -n 's/^deb[[:space:]]/deb-src /p' "$file" >"$work/sources/${file##*/}" ;;
    *.sources) sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/sources/${file##*/}" ;;
  esac
done
apt=(-q -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources"
  -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o Debug::NoLocking=1
  -o APT::Sandbox::User=root)
# A source that offers no source packages is none of our business, so its complaint is not either.
apt-get "${apt[@]}" update >"$work/log" 2>&1 || true
uri=$(cd "$work" && apt-get "${apt[@]}" source --print-uris --download-only "$package" 2>>"$work/log" |
  sed -n "s/^'\([^']*\.orig\.tar\.gz\)'.*/\1/p")
if [[ -z $uri ]] ||
  ! /usr/lib/apt/apt-helper "${apt[@]}" download-file "$uri" "$work/source" "SHA256:$hash" \
    >>"$work/log" 2>&1 || ! has_hash "$work/source"; then
  cat "$work/log" >&2
  die "could not fetch the source of $1 from Debian" \
    "Put $(setting source_url)" "there by hand: $target (sha256 $hash)"
fi
mv "$work/source" "$target"
chmod 644 "$target"
