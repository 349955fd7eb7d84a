#!/usr/bin/env bash
# build.sh FOLDER [OPTION…]: builds Debian packages of what lies in this tree, for the Debian that it runs on,
# into FOLDER; options are for Meson (-Dcpp_args=…, say). They are:
#   libduroxide0.1           the shared library; the number is that of its name, so that two releases live side by side
#   libduroxide-dev          headers, the static library, and what CMake, Meson and pkg-config find them by
#   libduroxide-postgres0.1  the store in PostgreSQL, which needs the database's client library
#   libduroxide-postgres-dev its header, and what pkg-config finds it by
#   duroxide                 the command, with its manual page and completions; it knows both stores, and so
#                            needs the client library too
set -euo pipefail
# shellcheck source=tests/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../tests/setup.sh"

out=${1:?build.sh FOLDER [OPTION…]}
shift
mkdir -p "$out"
out=$(cd "$out" && pwd)
install_packages "${base_packages[@]}" libpq-dev dpkg-dev
version=$(sed -n 's/^#define DUROXIDE_VERSION "\(.*\)"$/\1/p' "$root/include/duroxide/version.hpp")
architecture=$(dpkg-architecture -qDEB_HOST_ARCH)
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build=$root/build-deb
configure "$build" --prefix=/usr "--libdir=lib/$multiarch" -Ddefault_library=both -Dpostgres=enabled -Dtests=false \
  -Dexamples=false "$@"
build "$build"
DESTDIR=$work/all meson install -C "$build" --no-rebuild --quiet

soname=$(readelf -d "$work/all/usr/lib/$multiarch/libduroxide.so" | sed -n 's/.*SONAME.*\[libduroxide\.so\.\(.*\)\]/\1/p')
library=libduroxide$soname
postgres=libduroxide-postgres$soname

# moved PACKAGE PATH…: what of the installed files belongs to a package.
moved() {
  local package=$1 path
  shift
  for path in "$@"; do
    mkdir -p "$work/$package/$(dirname "$path")"
    mv "$work/all/$path" "$work/$package/$path"
  done
}
lib=usr/lib/$multiarch
moved libduroxide-postgres-dev usr/include/duroxide/postgres_provider.hpp "$lib/libduroxide-postgres.so" \
  "$lib/pkgconfig/duroxide-postgres.pc"
moved "$postgres" "$lib/libduroxide-postgres.so.$soname" "$lib/libduroxide-postgres.so.$version"
moved libduroxide-dev usr/include usr/share/duroxide "$lib/libduroxide.so" "$lib/libduroxide.a" "$lib/pkgconfig" "$lib/cmake"
moved duroxide usr/bin
(cd "$work/all" && find . -type f -o -type l) | sed 's|^\./||' >"$work/left"
mapfile -t left <"$work/left"
moved "$library" "${left[@]}"
strip --strip-unneeded "$work/$library/$lib"/libduroxide.so.*.*.* "$work/$postgres/$lib"/libduroxide-postgres.so.*.*.* \
  "$work/duroxide/usr/bin/duroxide"
strip --strip-debug "$work/libduroxide-dev/$lib/libduroxide.a"

command=$work/duroxide/usr/bin/duroxide
mkdir -p "$work/duroxide/usr/share/man/man1" "$work/duroxide/usr/share/bash-completion/completions" \
  "$work/duroxide/usr/share/zsh/vendor-completions" "$work/libduroxide-dev/usr/share/doc/libduroxide-dev"
"$root/src/packaging/man_page.sh" "$command" | gzip -9n >"$work/duroxide/usr/share/man/man1/duroxide.1.gz"
"$command" completion bash >"$work/duroxide/usr/share/bash-completion/completions/duroxide"
"$command" completion zsh >"$work/duroxide/usr/share/zsh/vendor-completions/_duroxide"
gzip -9nc "$root/examples/guide.md" >"$work/libduroxide-dev/usr/share/doc/libduroxide-dev/guide.md.gz"

# What a package's programs and libraries need, as the packages of their libraries say. Ours says it too.
mkdir "$work/debian"
printf 'Source: duroxide\n\nPackage: %s\nArchitecture: any\n' "$library" >"$work/debian/control"
for each in "$library" "$postgres"; do
  mkdir -p "$work/$each/DEBIAN"
  printf '%s %s %s (>= %s)\n' "${each%"$soname"}" "$soname" "$each" "$version" >"$work/$each/DEBIAN/shlibs"
  printf 'activate-noawait ldconfig\n' >"$work/$each/DEBIAN/triggers"
done
needed() {
  (cd "$work" && dpkg-shlibdeps -O "-S$work/$library" "$@" 2>/dev/null) | sed -n 's/^shlibs:Depends=//p'
}

# package NAME SECTION DEPENDS DESCRIPTION: writes what is told about it, and packs it.
package() {
  local name=$1 folder=$work/$1
  mkdir -p "$folder/DEBIAN" "$folder/usr/share/doc/$name"
  cp "$root/LICENSE" "$folder/usr/share/doc/$name/copyright"
  gzip -9nc "$root/src/CHANGELOG.md" >"$folder/usr/share/doc/$name/changelog.gz"
  (cd "$folder" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$folder/DEBIAN/md5sums"
  cat >"$folder/DEBIAN/control" <<CONTROL
Package: $name
Version: $version
Architecture: $architecture
Maintainer: The Duroxide authors <duroxide@localhost>
Section: $2
Priority: optional
Multi-Arch: $([[ $name == duroxide ]] && echo foreign || echo same)
Installed-Size: $(du -sk "$folder/usr" | cut -f1)
Depends: $3
Description: $4
CONTROL
  find "$folder" -type d -exec chmod 755 '{}' +
  dpkg-deb --root-owner-group --build "$folder" "$out/${name}_${version}_$architecture.deb" >/dev/null
  say "$out/${name}_${version}_$architecture.deb"
}
package "$library" libs "$(needed "$work/$library/$lib/libduroxide.so.$version")" \
  'embeddable engine for durable execution
 Orchestrations are C++20 coroutines, activities are functions; a crash at any
 instant loses nothing. This is the shared library.'
# Its headers include those of cereal and tl::expected; what writes a provider, and a static program, need the rest.
package libduroxide-dev libdevel \
  "$library (= $version), libcereal-dev, libexpected-dev, libcaf-dev, liblmdb-dev, libspdlog-dev, libmicrohttpd-dev" \
  'embeddable engine for durable execution, for development
 Headers, the static library, and what CMake, Meson and pkg-config need.'
package "$postgres" libs "$(needed "$work/$postgres/$lib/libduroxide-postgres.so.$version")" \
  'store of durable orchestrations in PostgreSQL
 For engines in more than one process, on any number of machines. This is the
 shared library.'
package libduroxide-postgres-dev libdevel "$postgres (= $version), libduroxide-dev (= $version)" \
  'store of durable orchestrations in PostgreSQL, for development
 The header, and what CMake, Meson and pkg-config need.'
package duroxide utils "$(needed "$command")" \
  'looks at stores of durable orchestrations, and acts on them
 Lists instances, shows what they wait for, cancels, rewinds, backs up and
 verifies; with an engine that runs, or without one. Also the lint.'
