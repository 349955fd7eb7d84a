#!/usr/bin/env bash
# asked_for_test.sh SOURCE: no source but those that `on_linux.hpp` names uses what only Linux has. Silent if so.
set -euo pipefail
cd "$1/src"

only_linux='eventfd|timerfd|signalfd|inotify_|epoll_|accept4|pipe2|SO_PEERCRED|SOCK_CLOEXEC|SOCK_NONBLOCK'
only_linux+='|MSG_NOSIGNAL|O_PATH|O_TMPFILE|"/proc/|SYS_|fdatasync|posix_fallocate|prctl|renameat2|memfd_'
wrong=false
while IFS= read -r line; do
  file=${line%%:*}
  if ! grep -q 'include "model/on_linux.hpp"' "$file"; then
    echo "only Linux has this: $line"
    wrong=true
  fi
done < <(grep -rnE --include='*.[ch]pp' "($only_linux)" . | grep -vE '^[^:]*:[0-9]+: *//' || true)
while IFS= read -r file; do
  if ! grep -q "$(basename "$file")" model/on_linux.hpp || ! grep -q "${file#./}" ../tests/portable/meson.build; then
    echo "asks for Linux, and model/on_linux.hpp or the tests do not name it: $file"
    wrong=true
  fi
done < <(grep -rl --include='*.[ch]pp' -E '^#(if|elif).*(DUROXIDE_ON_LINUX|__linux__)' . | grep -v on_linux.hpp)
[[ $wrong == false ]]
