#!/usr/bin/env bash
set -euo pipefail
# shellcheck source=tests/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

suites=(unit conformance scenario crash trust bench examples package cli postgres)

usage() {
  cat <<'USAGE'
usage: tests/run.sh [OPTION…] [PART…]
       tests/run.sh bench [ARGUMENT…]
       tests/run.sh soak [SECONDS]
       tests/run.sh burst [STARTS]
       tests/run.sh fuzz TARGET [SECONDS]
       tests/run.sh coverage [PART…]
       tests/run.sh browser
       tests/run.sh static | hidden | reference | compilers | abi | deb | distro | arm | recipes | promtool [ARGUMENT…]

Installs what is missing (Debian 12, apt-get), builds, and runs the whole suite or the parts named.
A part is a suite (unit, conformance, scenario, trust, crash, examples, package, cli, postgres) or the name of
a test. `postgres` tries the store on PostgreSQL, on private servers; it installs libpq-dev and postgresql, and
is no part of the whole suite.
`bench` measures in earnest (bench --help: its arguments); the whole suite only tries it. `bench postgres`
measures the store on PostgreSQL beside raw transactions, and with --dbos also DBOS, which npm fetches.
`soak` runs everything at once for so long (600 seconds), and looks for what is left over.
`burst` starts so many orchestrations at once (300,000), and looks at what they hold.
`fuzz` lets libFuzzer look for inputs that break a target (for 60 seconds): decoder, replay, import,
http, socket, arguments or pages. The suite trust tries some inputs of each.
`browser` drives the dashboard with Chromium, and leaves pictures in build/browser.
`coverage` says how much of the sources the suites reach, or the parts named.
Before a release, most with a build of their own (and none of them in the whole suite):
  static                      a program linked with the static library, by pkg-config and by CMake
  hidden                      -Dcaf=hidden: builds CAF, minutes; none of its names is to be seen
  reference [FOLDER]          the reference and the guide as a site; what Doxygen warns of is an error
  compilers [--in=here|bookworm|trixie]… [--headers] [NAME…]
                              what each compiler that is installed, or that a new Debian has, makes of headers
                              and sources
  abi [--record|TAG]          formats and the shared library, compared with the last release; as long as
                              there is none, the names that it gives out, with tests/release/abi_names
  deb [FOLDER [OPTION…]]      Debian packages
  promtool                    metrics, before the checker of Prometheus, which is fetched
  distro bookworm|trixie [FOLDER|OPTION…]
                              packages in a new Debian, and the hello of the README with them; as root
  arm [TEST…]                 the tests of model, or those named, built for 64-bit ARM, in an emulator; as root
  recipes                     those for vcpkg and Conan, read against this tree

  --compiler=gcc|clang        default: gcc
  --sanitize=address|thread   address brings UBSan along; thread runs the suites unit and conformance
                              if no part is named, and builds CAF from its source, unless the parts
                              are model, replay or storage
  --valgrind                  under memcheck: model and replay, if no part is named
  --werror                    a compiler's warning is an error
  --debug                     with what a debugger needs, and a sanitizer to name lines; building
                              takes a third longer
  --list                      list the tests
  -h, --help                  this text

Each combination of options has a build directory of its own: build, build-clang, build-address, …;
coverage has build-coverage, fuzz build-fuzz.
USAGE
}

compiler=gcc
sanitize=
list=false
werror=false
debug=false
valgrind=false
command=
chosen_suites=()
chosen_tests=()
while (($# > 0)); do
  case $1 in
    -h | --help)
      usage
      exit
      ;;
    --compiler=gcc | --compiler=clang) compiler=${1#*=} ;;
    --sanitize=address | --sanitize=thread) sanitize=${1#*=} ;;
    --valgrind) valgrind=true ;;
    --werror) werror=true ;;
    --debug) debug=true ;;
    --list) list=true ;;
    -*) die "unknown option $1" "tests/run.sh --help tells what there is." ;;
    static | hidden | reference | compilers | abi | deb | distro | arm | recipes | promtool)
      exec "$root/tests/release/$1.sh" "${@:2}"
      ;;
    bench | soak | burst | fuzz)
      command=$1
      shift
      break
      ;;
    coverage | browser) command=$1 ;;
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

# CMake is tried as its users do, and the last is what one example encrypts with.
install_packages "${base_packages[@]}" cmake libsodium-dev
build=$root/build
postgres=disabled  # told each time, as a build directory keeps what it was told before
if [[ " ${chosen_suites[*]} ${chosen_tests[*]} " == *' postgres'* ||
  ($command == bench && " $* " == *' postgres '*) ]]; then
  install_packages libpq-dev postgresql
  postgres=enabled
fi
arguments=("-Dwerror=$werror" "-Ddebug=$debug" "-Dpostgres=$postgres")
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
    # CAF looks at the end of a mailbox's list as if it were an element, RapidJSON, which cereal brings,
    # adds to null pointers, and Clang 14 looks for type information in front of a coroutine's resume
    # function, where there is none.
    if [[ $compiler == clang ]]; then
      arguments+=('-Dcpp_args=-fno-sanitize=function,vptr,pointer-overflow')
    else
      arguments+=('-Dcpp_args=-fno-sanitize=vptr,pointer-overflow')
    fi
    # Otherwise what is undefined is told, and the test passes.
    export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1"
    ;;
  thread)
    build+=-thread
    arguments+=(-Doptimization=1 -Db_sanitize=thread -Db_lundef=false)
    ((${#chosen_suites[@]} + ${#chosen_tests[@]} > 0)) || chosen_suites=(unit conformance)
    # The packaged CAF is not instrumented: without its locks and atomics every message is a race.
    # What lies below the actors does without it.
    if ((${#chosen_suites[@]} > 0)) ||
      printf '%s\n' "${chosen_tests[@]}" | grep -q -v -x -e model -e replay -e storage; then
      "$root/tests/fetch_sources.sh" caf
      arguments+=(--force-fallback-for=caf)
    fi
    export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1"
    ;;
esac
if [[ $command == coverage ]]; then
  [[ $compiler == gcc && -z $sanitize ]] || die "coverage is counted by GCC, without a sanitizer"
  build=$root/build-coverage
  # Counts that several threads raise at once must not get lost.
  arguments+=(-Doptimization=0 -Db_coverage=true -Dcpp_args=-fprofile-update=prefer-atomic)
  # What only asks a compiler tells nothing, and what installs the library needs it without counters.
  ((${#chosen_suites[@]} + ${#chosen_tests[@]} > 0)) ||
    chosen_suites=(unit conformance scenario trust crash cli)
fi
if [[ $command == fuzz ]]; then
  command -v clang++-14 >/dev/null || install_packages clang-14 libclang-rt-14-dev
  build=$root/build-fuzz
  export CC=clang-14 CXX=clang++-14
  # As with --sanitize=address.
  arguments=(-Dlibfuzzer=true -Dexamples=false -Doptimization=1 -Db_lundef=false
    '-Db_sanitize=address,undefined'
    '-Dcpp_args=-fsanitize=fuzzer-no-link -fno-sanitize=function,vptr,pointer-overflow -fno-sanitize-recover=all')
fi
configure "$build" "${arguments[@]}"

if [[ $list == true ]]; then
  meson test -C "$build" --list
  exit
fi
wrapper=()
case $command in
  bench)
    build "$build" tests/bench/bench examples/line_server examples/line_load
    exec "$build/tests/bench/bench" "$@"
    ;;
  soak | burst)
    [[ $# -eq 0 || ( $# -eq 1 && $1 =~ ^[1-9][0-9]*$ ) ]] ||
      die "$command takes one number" "tests/run.sh --help tells what there is."
    build "$build" tests/load/load_tests
    # Caches of the allocator's threads would count as in use.
    export GLIBC_TUNABLES=glibc.malloc.tcache_count=0
    if [[ $command == soak ]]; then
      DUROXIDE_SOAK_SECONDS=${1:-600} exec "$build/tests/load/load_tests" 'nothing is left over*'
    fi
    DUROXIDE_BURST_STARTS=${1:-300000} exec "$build/tests/load/load_tests" 'a burst*'
    ;;
  fuzz)
    [[ $# -ge 1 && -d $root/tests/fuzz/corpus/$1 ]] ||
      die "fuzz which target?" "tests/run.sh --help tells what there is."
    run_fuzzer "$1" "${2:-60}"
    exit
    ;;
  browser)
    install_packages chromium chromium-driver fonts-dejavu-core
    build "$build" src/cli/duroxide tests/browser/shop
    exec "$root/tests/browser/browser_test.py" "$build/src/cli/duroxide" "$build/tests/browser/shop" "$build/browser"
    ;;
  coverage)
    find "$build" -name '*.gcda' -delete
    rm -rf "$build"/counts "$build"/counts.?????? "$build/not_counted.txt"
    wrapper=("--wrapper=$root/tests/count_apart.sh $build")
    # Instrumented code is slow, and the first thousands of seeds reach what all of them do.
    export DUROXIDE_SIMULATIONS=${DUROXIDE_SIMULATIONS:-2000}
    export DUROXIDE_SOAK_SECONDS=${DUROXIDE_SOAK_SECONDS:-10}
    ;;
esac

# Older sanitizer runtimes cannot live with as much address randomisation as newer kernels do.
run=()
if [[ -n $sanitize ]] && setarch -R true 2>/dev/null; then
  run=(setarch -R)
fi
if [[ $valgrind == true ]]; then
  [[ -z $sanitize ]] || die "--valgrind and --sanitize exclude each other"
  install_packages valgrind libc6-dbg  # without the latter valgrind does not know the loader
  memcheck=(valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite
    --show-leak-kinds=definite --child-silent-after-fork=yes "--suppressions=$root/tests/valgrind.supp")
  wrapper=("--wrapper=${memcheck[*]}" '--test-args=~[.]~[large]' --timeout-multiplier=10)
  ((${#chosen_suites[@]} + ${#chosen_tests[@]} > 0)) || chosen_tests=(model replay)
fi
# Some wait more than they compute: one more at a time than there are processors.
run_tests() {
  "${run[@]}" meson test -C "$build" --num-processes "$(($(nproc) + 1))" --print-errorlogs "${wrapper[@]}" "$@"
}
# Meson names it after the wrapper, if there is one.
newest_log() {
  find "$build/meson-logs" -name 'testlog*.txt' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-
}
status=0
if ((${#chosen_suites[@]} + ${#chosen_tests[@]} == 0)); then
  build "$build"
  run_tests || status=$?
fi
if ((${#chosen_suites[@]} > 0)); then
  run_tests "${chosen_suites[@]/#/--suite=}" || status=$?
  if [[ " ${chosen_suites[*]} " == *' trust '* ]]; then
    say 'Tried:'
    sed -n 's/^tried: /  /p' "$(newest_log)"
  fi
fi
if ((${#chosen_tests[@]} > 0)); then
  run_tests "${chosen_tests[@]}" || status=$?
fi
missed=0
if [[ $command == coverage ]]; then
  cp -r "$build/counts/." "$build"  # to the objects that they are of
  "$root/tests/coverage.py" "$build" "$root" || missed=$?
fi
if ((status != 0)); then
  die "some tests failed" "The whole log: $(newest_log)"
fi
exit "$missed"
