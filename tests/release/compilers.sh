#!/usr/bin/env bash
# compilers.sh [--in=RELEASE]… [--headers|--unit] [COMPILER…]: which compilers take the library: those that are installed
# of g++-12 to -16 and clang++-14 to -22, or those named. Public headers in C++20 and C++23 and all sources of the
# library are checked, without making code of them; --headers leaves the sources out, --unit builds the suite
# unit, too, and runs it. Warnings are errors. --in=trixie asks all that this release of Debian has of them, or those
# named, in a new system; --in=here --in=bookworm --in=trixie makes the whole table of the README.
set -euo pipefail
# shellcheck source=tests/release/systems.sh
source "$(dirname "${BASH_SOURCE[0]}")/systems.sh"

unit=false
library=true
compilers=()
releases=()
options=()
for argument in "$@"; do
  case $argument in
    --in=here | --in=bookworm | --in=trixie) releases+=("${argument#--in=}") ;;
    --headers) library=false ;;
    --unit) unit=true ;;
    -*) fail "unknown option $argument" ;;
    *) compilers+=("$argument") ;;
  esac
  [[ $argument == --in=* ]] || options+=("$argument")
done

# in_new_system RELEASE: asks there.
in_new_system() {
  local wanted=("${compilers[@]/clang++/clang}")
  ((${#wanted[@]} > 0)) || wanted=(g++-{12..16} clang-{14..22})
  new_system "$1" "$work/$1"
  entered
  with_tree
  # shellcheck disable=SC2016  # for the inner shell
  inside bash -euc 'for name; do
      [[ $(apt-cache policy "$name") != *Candidate:\ [0-9]* ]] || apt-get -q install -y --no-install-recommends "$name"
    done' -- "${wanted[@]}" >"$work/log" 2>&1 || { tail "$work/log" >&2; fail "the compilers of $1 could not be installed"; }
  say "$1:"
  inside /tree/tests/release/compilers.sh "${options[@]}" || failed=true
  left
}

failed=false
if ((${#releases[@]} > 0)); then
  for release in "${releases[@]}"; do
    if [[ $release == here ]]; then
      say "here:"
      "${BASH_SOURCE[0]}" "${options[@]}" || failed=true
    else
      in_new_system "$release"
    fi
  done
  [[ $failed == false ]] || fail 'a compiler refuses something'
  exit
fi

install_packages "${base_packages[@]}" libpq-dev
if ((${#compilers[@]} == 0)); then
  for name in g++-{12..16} clang++-{14..22}; do
    ! command -v "$name" >/dev/null || compilers+=("$name")
  done
fi

# What is nobody's fault here. Clang 17 looks into a function of libstdc++ 14 that it need not look into, and finds an
# error there, wherever a pair is made of braces in C++23. Clang 19 looks into a function of rapidjson 1.1 that nobody
# calls, and that assigns to a constant; that of Debian 13 is mended. Clang 22 takes the formats in headers of spdlog
# 1.15, with its fmt, for no constants.
known_refusals='clang++-17 headers, C++23
clang++-19 library
clang++-22 library'

# tried WHAT COMMAND…: prints what was tried, with ok or with the first error.
headers=$work/headers.cpp
(cd "$root/include" && find duroxide -name '*.hpp' | sort | sed 's/.*/#include <&>/') >"$headers"
flags=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only)
tried() {
  local what=$1 known=false
  shift
  ! grep -qxF "$compiler $what" <<<"$known_refusals" || known=true
  if ("$@") >"$work/said" 2>&1; then
    printf ' %s: ok;' "$what"
  elif [[ $known == true ]]; then
    printf ' %s: refused, as known;' "$what"
  else
    printf ' %s: FAILED, %s;' "$what" "$(grep -m 1 -E '(error|ERROR): ' "$work/said" || tail -n 1 "$work/said")"
    failed=true
  fi
}
run_unit() {
  build "$1" && meson test -C "$1" --no-rebuild --suite unit
}
# Each file of a build, or each group of files, as the build would compile it. What is generated is made first.
check_sources() {
  local generated
  mapfile -t generated < <(cd "$1" && ninja -t targets all | sed -n 's/^\(src\/[^:]*\): CUSTOM_COMMAND.*/\1/p')
  build "$1" "${generated[@]}"
  python3 - "$1" <<'PYTHON'
import concurrent.futures, json, os, pathlib, shlex, subprocess, sys
build = pathlib.Path(sys.argv[1])

def check(entry):
    words = shlex.split(entry["command"])
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MQ"):
            skip = True
        elif word not in ("-MD", "-c", "-fdiagnostics-color=always"):
            kept.append(word)
    done = subprocess.run(kept + ["-fsyntax-only"], cwd=entry["directory"], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr or done.stdout or "error: " + entry["file"]

entries = [entry for entry in json.loads((build / "compile_commands.json").read_text())
           if entry["output"].startswith(("src/libduroxide_", "src/postgres/", "src/cli/"))]
if len(entries) < 10:
    sys.exit("error: the sources were not found")
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for wrong in pool.map(check, entries):
        if wrong:
            pool.shutdown(cancel_futures=True)
            sys.exit(wrong)
PYTHON
}

for compiler in "${compilers[@]}"; do
  command -v "$compiler" >/dev/null || fail "there is no $compiler here"
  c=${compiler/clang++/clang}
  printf '%s (%s):' "$compiler" "$("$compiler" -dumpfullversion 2>/dev/null || "$compiler" -dumpversion)"
  tried 'headers, C++20' "$compiler" -std=c++20 "${flags[@]}" -I"$root/include" "$headers"
  tried 'headers, C++23' "$compiler" -std=c++2b "${flags[@]}" -I"$root/include" "$headers"
  if [[ $library == false ]]; then
    printf '\n'
    continue
  fi
  build=$root/build-$compiler
  export CC=${c/g++/gcc} CXX=$compiler
  tried 'set-up' configure "$build" -Dwerror=true -Dpostgres=enabled -Dexamples=false
  tried 'library' check_sources "$build"
  if [[ $unit == true ]]; then
    tried 'unit' run_unit "$build"
  fi
  printf '\n'
done
[[ $failed == false ]] || fail 'a compiler refuses something'
