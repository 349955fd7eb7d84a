#!/usr/bin/env bash
# lint_test.sh DUROXIDE ENGINE JSON_GET: `duroxide lint`, which needs no store.
# shellcheck disable=SC2016  # no expansion is meant
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
unset DUROXIDE_STORE

# finds ARGUMENT…: runs the command, which must find something, and say so on standard output alone.
finds() {
  local code=0
  last="duroxide $*"
  "$duroxide" "$@" >output 2>errors || code=$?
  ((code == 1)) || fail "$last: exit code $code instead of 1"
  [[ ! -s errors ]] || fail "$last: said something on standard error"
}

mkdir -p code/deep
cat >code/clock.cpp <<'CODE'
Task<int> f(OrchestrationContext ctx) {
  auto now = std::chrono::system_clock::now();
  co_return 1;
}
CODE
echo 'struct Order { int n; };' >code/order.hpp
cat >code/deep/await.cpp <<'CODE'
Task<int> f(OrchestrationContext ctx) {
  int n = co_await ctx.schedule_activity<int>("A", Order{1});
  co_return n;
}
CODE
echo 'int main() {}' >clean.cpp

# Directories and files, any number of them; findings go to standard output.
run 0 lint clean.cpp
says '1 file, nothing found'
finds lint code clean.cpp
says 'code/clock.cpp:2:27: clock: `system_clock` is another time' 'ctx.utc_now()' \
  'code/deep/await.cpp:2:52: aggregate: ' '4 files, 2 findings'

# Some of the rules alone.
finds lint code --rule clock --rule random
says '3 files, 1 finding'
says_not aggregate
run 0 lint code --rule random,io

# For programs.
finds --json lint code
has /files 3
has /findings/0/rule clock
has /findings/0/line 2
has /findings/1/file code/deep/await.cpp

# What is silenced, with a reason.
sed -i 's/::now();/::now();  \/\/ duroxide-lint: allow(clock) for a test/' code/clock.cpp
run 0 lint code/clock.cpp
sed -i 's/ for a test//' code/clock.cpp
finds lint code/clock.cpp
says 'code/clock.cpp:2:1: allow: say behind `allow(clock)` why this is right here' '1 file, 2 findings'

# What cannot be read, and what makes no sense.
run 2 lint code nowhere
complains 'cannot read nowhere: there is no such file or directory, or it is closed'
run 2 lint
run 2 lint code --rule rumour
complains 'not `rumour`'
run 0 lint --help
says 'no-local' 'duroxide-lint: allow(clock)'
run 0 --help
says 'lint'
