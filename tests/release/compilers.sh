#!/usr/bin/env bash
# compilers.sh [--headers|--unit] [COMPILER…]: which compilers take the library: those that are installed of g++-12 to -16
# and clang++-14 to -22, or those named. Public headers in C++20 and C++23 and all sources of the library are
# checked, without making code of them; --headers leaves the sources out, --unit builds the suite unit, too, and
# runs it. Warnings are errors.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages "${base_packages[@]}"
unit=false
library=true
compilers=()
for argument in "$@"; do
  case $argument in
    --headers) library=false ;;
    --unit) unit=true ;;
    -*) fail "unknown option $argument" ;;
    *) compilers+=("$argument") ;;
  esac
done
if ((${#compilers[@]} == 0)); then
  for name in g++-{12..16} clang++-{14..22}; do
    ! command -v "$name" >/dev/null || compilers+=("$name")
  done
fi

# checks COMPILER: prints what was tried, each with ok or with the first error.
headers=$work/headers.cpp
(cd "$root/include" && find duroxide -name '*.hpp' | sort | sed 's/.*/#include <&>/') >"$headers"
flags=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only)
tried() {
  local what=$1
  shift
  if ("$@") >"$work/said" 2>&1; then
    printf ' %s: ok;' "$what"
  else
    printf ' %s: FAILED, %s;' "$what" "$(grep -m 1 -i 'error' "$work/said" || tail -n 1 "$work/said")"
    failed=true
  fi
}
run_unit() {
  build "$1" && meson test -C "$1" --no-rebuild --suite unit
}
# Each file of a build, or each group of files, as the build would compile it.
check_sources() {
  python3 - "$1" <<'PYTHON'
import json, pathlib, shlex, subprocess, sys
build = pathlib.Path(sys.argv[1])
for entry in json.loads((build / "compile_commands.json").read_text()):
    if not entry["output"].startswith(("src/libduroxide_", "src/cli/")):
        continue
    words = shlex.split(entry["command"])
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MQ"):
            skip = True
        elif word not in ("-MD", "-c"):
            kept.append(word)
    done = subprocess.run(kept + ["-fsyntax-only"], cwd=entry["directory"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr or done.stdout)
PYTHON
}

failed=false
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
  tried 'set-up' configure "$build" -Dwerror=true -Dexamples=false
  tried 'library' check_sources "$build"
  if [[ $unit == true ]]; then
    tried 'unit' run_unit "$build"
  fi
  printf '\n'
done
[[ $failed == false ]] || fail 'a compiler refuses something'
