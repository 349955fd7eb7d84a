#!/usr/bin/env bash
set -euo pipefail
# shellcheck source=tests/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

suites=(unit conformance scenario crash trust bench examples package cli)

usage() {
  cat <<'USAGE'
usage: tests/run.sh [OPTION…] [PART…]
       tests/run.sh bench [ARGUMENT…]
       tests/run.sh fuzz TARGET [SECONDS]

Installs what is missing (Debian 12, apt-get), builds, and runs the whole suite or the parts named.
A part is a suite (unit, conformance, scenario, trust, crash, examples, package, cli) or the name of a test.
`bench` measures in earnest (bench --help: its arguments); the whole suite only tries it.
`fuzz` lets libFuzzer look for inputs that break a target, for a minute unless told otherwise. Targets:
decoder, replay, import, socket, arguments, pages. The suite trust tries a few inputs of each.

  --compiler=gcc|clang        default: gcc
  --sanitize=address|thread   address brings UBSan along; thread builds CAF from its source, and
                              runs the suites unit and conformance if no part is named
  --werror                    a compiler's warning is an error
  --debug                     with what a debugger needs, and a sanitizer to name lines; building
                              takes a third longer
  --list                      list the tests
  -h, --help                  this text

Each combination of options has a build directory of its own: build, build-clang, build-address,
build-fuzz, …
USAGE
}

compiler=gcc
sanitize=
list=false
werror=false
debug=false
chosen_suites=()
chosen_tests=()
fuzz=()
while (($# > 0)); do
  case $1 in
    -h | --help)
      usage
      exit
      ;;
    --compiler=gcc | --compiler=clang) compiler=${1#*=} ;;
    --sanitize=address | --sanitize=thread) sanitize=${1#*=} ;;
    --werror) werror=true ;;
    --debug) debug=true ;;
    --list) list=true ;;
    -*) die "unknown option $1" "tests/run.sh --help tells what there is." ;;
    bench)
      shift
      chosen_suites=(bench)
      break
      ;;
    fuzz)
      shift
      (($# > 0)) || die "fuzz which target?" "tests/run.sh --help tells what there is."
      fuzz=("$1" "${2:-60}")
      [[ -d $root/tests/fuzz/corpus/$1 ]] ||
        die "there is no fuzz target $1" "tests/run.sh --help tells what there is."
      break
      ;;
    *)
      if [[ " ${suites[*]} " == *" $1 "* ]]; then
        chosen_suites+=("$1")
      else
        chosen_tests+=("$1")
      fi
      ;;
  esac
  shift
done

# run_fuzzer TARGET SECONDS: what is found worth keeping goes to a corpus in the build directory.
run_fuzzer() {
  local program=$build/tests/fuzz/$1_fuzz found=$build/fuzz/$1 status=0
  local log=$found.log
  build "$build" "tests/fuzz/$1_fuzz"
  mkdir -p "$found"
  "$program" -max_total_time="$2" -max_len=4096 -timeout=60 -malloc_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$found-failed-" "$found" "$root/tests/fuzz/corpus/$1" 2>&1 | tee "$log" ||
    status=$?
  say "fuzz $1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
  ((status == 0)) || die "fuzz $1 has found an input that breaks it" \
    "To run it again: $program $(sed -n 's/^.*Test unit written to //p' "$log" | tail -n 1)"
}

install_packages "${base_packages[@]}"
build=$root/build
if ((${#fuzz[@]} > 0)); then
  command -v clang++-14 >/dev/null || install_packages clang-14 libclang-rt-14-dev
  build+=-fuzz
  export CC=clang-14 CXX=clang++-14
  # Clang 14 looks for type information in front of a coroutine's resume function, where there is none,
  # and CAF looks at the end of a mailbox's list as if it were an element.
  configure "$build" -Dlibfuzzer=true -Dexamples=false -Doptimization=1 -Db_lundef=false \
    '-Db_sanitize=address,undefined' \
    '-Dcpp_args=-fsanitize=fuzzer-no-link -fno-sanitize=function,vptr -fno-sanitize-recover=all'
  run_fuzzer "${fuzz[@]}"
  exit
fi
arguments=("-Dwerror=$werror" "-Ddebug=$debug")
if [[ $compiler == clang ]]; then
  command -v clang++-14 >/dev/null || install_packages clang-14 libclang-rt-14-dev
  build+=-clang
  export CC=clang-14 CXX=clang++-14
elif [[ -n ${CXX-} ]]; then
  say "Compiling with CXX=$CXX"
fi
case $sanitize in
  address)
    build+=-address
    # Instrumented code takes the compiler very long to optimise.
    arguments+=(-Doptimization=0 '-Db_sanitize=address,undefined' -Db_lundef=false)
    # Clang 14 looks for type information in front of a coroutine's resume function, and there is none.
    [[ $compiler != clang ]] || arguments+=('-Dcpp_args=-fno-sanitize=function')
    ;;
  thread)
    build+=-thread
    # The packaged CAF is not instrumented: without its locks and atomics every message is a race.
    "$root/tests/fetch_sources.sh" caf
    arguments+=(-Doptimization=1 -Db_sanitize=thread -Db_lundef=false --force-fallback-for=caf)
    ((${#chosen_suites[@]} + ${#chosen_tests[@]} > 0)) || chosen_suites=(unit conformance)
    export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1"
    ;;
esac
configure "$build" "${arguments[@]}"

if [[ $list == true ]]; then
  meson test -C "$build" --list
  exit
fi
if [[ ${chosen_suites[*]-} == bench ]]; then
  build "$build" tests/bench/bench
  exec "$build/tests/bench/bench" "$@"
fi

# Older sanitizer runtimes cannot live with as much address randomisation as newer kernels do.
run=()
if [[ -n $sanitize ]] && setarch -R true 2>/dev/null; then
  run=(setarch -R)
fi
status=0
if ((${#chosen_suites[@]} + ${#chosen_tests[@]} == 0)); then
  build "$build"
  "${run[@]}" meson test -C "$build" --print-errorlogs || status=$?
fi
if ((${#chosen_suites[@]} > 0)); then
  "${run[@]}" meson test -C "$build" --print-errorlogs "${chosen_suites[@]/#/--suite=}" || status=$?
fi
if ((${#chosen_tests[@]} > 0)); then
  "${run[@]}" meson test -C "$build" --print-errorlogs "${chosen_tests[@]}" || status=$?
fi
if ((status != 0)); then
  die "some tests failed" "The whole log: $build/meson-logs/testlog.txt"
fi
