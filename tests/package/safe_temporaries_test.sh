#!/usr/bin/env bash
# safe_temporaries_test.sh SOURCES BUILD COMPILER… [-- FLAG…]: compiles safe_temporaries.cpp with each
# compiler, at -O0 and -O2, and runs it against the library of the build; and checks of
# refused_temporaries.cpp that GCC 12 refuses each line that says so, with what to write instead, and
# that other compilers refuse none. Flags are passed on.
set -euo pipefail

sources=$1
build=$2
shift 2
compilers=()
while (($# > 0)) && [[ $1 != -- ]]; do
  compilers+=("$1")
  shift
done
if (($# > 0)); then shift; fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

PKG_CONFIG_PATH=$build/meson-uninstalled
export PKG_CONFIG_PATH
read -ra include_flags < <(pkg-config --cflags duroxide)
read -ra library_flags < <(pkg-config --libs duroxide)
export LD_LIBRARY_PATH=$build/src${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

# is_gcc12 COMPILER…: whether the defect is to be expected.
is_gcc12() {
  [[ $(printf '__GNUC__ CLANG(__clang__)' | "$@" -E -P -x c++ -) == '12 CLANG(__clang__)' ]]
}

seen=$'\n'
for compiler in "${compilers[@]}"; do
  read -ra command <<<"$compiler"
  # One compiler may go by two names.
  version=$(echo __VERSION__ | "${command[@]}" -E -P -x c++ -)
  [[ $seen != *$'\n'$version$'\n'* ]] || continue
  seen+=$version$'\n'
  for level in -O0 -O2; do
    "${command[@]}" -std=c++20 -Wall -Wextra -Werror "$level" "$@" "${include_flags[@]}" \
      "$sources/safe_temporaries.cpp" -o "$directory/safe" "${library_flags[@]}"
    "$directory/safe" || { echo "FAILED: $compiler $level"; exit 1; }
  done

  output=$directory/output
  refused=0
  "${command[@]}" -std=c++20 "$@" "${include_flags[@]}" -fsyntax-only \
    "$sources/refused_temporaries.cpp" >"$output" 2>&1 || refused=1
  if ! is_gcc12 "${command[@]}"; then
    ((refused == 0)) || { cat "$output"; echo "FAILED: $compiler refuses what it compiles well"; exit 1; }
    echo "$compiler: every form runs, none is refused"
    continue
  fi
  count=0
  while IFS=: read -r line _; do
    # The sentence stands on the line behind the one that names the call.
    if ! grep -A1 -F "refused_temporaries.cpp:$line:" "$output" |
      grep -qE 'GCC 12 would destroy .* twice in a co_await expression: .* first and pass that'; then
      cat "$output"
      echo "FAILED: $compiler does not say what is wrong with line $line of refused_temporaries.cpp"
      exit 1
    fi
    count=$((count + 1))
  done < <(grep -n '// refused$' "$sources/refused_temporaries.cpp")
  ((count >= 24)) || { echo "FAILED: only $count lines were looked at"; exit 1; }
  echo "$compiler: every safe form runs, $count others are refused"
done
