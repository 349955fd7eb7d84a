#!/usr/bin/env bash
# man_page.sh COMMAND: prints the manual page duroxide(1), made of what the command says of itself.
set -euo pipefail
command=$1

# Text as it is: a backslash, and a dot or quote in front of a line, mean something to roff.
plain() { sed -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/" -e 's/-/\\-/g'; }
as_it_is() {
  printf '.nf\n'
  plain
  printf '.fi\n'
}

version=$("$command" --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)
# What stands between two lines of the help.
help=$("$command" --help)
commands=$(sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' <<<"$help")
[[ -n $commands ]] || { echo "$command says nothing of its commands" >&2; exit 1; }

printf '.TH DUROXIDE 1 "" "duroxide %s" "User Commands"\n' "$version"
printf '.SH NAME\nduroxide \\- looks at stores of durable orchestrations, and acts on them\n'
printf '.SH SYNOPSIS\n.B duroxide\n[OPTIONS] COMMAND [ARGUMENTS]\n'
printf '.SH DESCRIPTION\n'
sed 1,2d <<<"$help" | as_it_is
printf '.SH COMMANDS\n'
for name in $commands; do
  printf '.SS %s\n' "$(plain <<<"$name")"
  "$command" "$name" --help | as_it_is
done
printf '.SH SEE ALSO\nThe guide, in /usr/share/doc/libduroxide\\-dev/guide.md.gz\n'
