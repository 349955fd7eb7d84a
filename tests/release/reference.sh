#!/usr/bin/env bash
# reference.sh [FOLDER]: the public headers as pages, and the guide, as one site; in build-reference if no folder
# is named. What Doxygen warns of is an error.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

command -v doxygen >/dev/null || install_packages doxygen
site=${1:-$root/build-reference}
mkdir -p "$site"
version=$(sed -n 's/^#define DUROXIDE_VERSION "\(.*\)"$/\1/p' "$root/include/duroxide/version.hpp")

# Links from the guide to sources lead out of the site, and anchors are named as GitHub names them.
pages=$work/pages
mkdir "$pages"
"$root/tests/release/page_of_guide.py" "$root/examples/guide.md" >"$pages/guide.md"
"$root/tests/release/page_of_guide.py" "$root/src/CHANGELOG.md" >"$pages/changes.md"
cat >"$pages/start.md" <<PAGE
# Duroxide $version {#start}

An embeddable engine for durable execution in C++: orchestrations are coroutines, activities are functions, and a
crash loses nothing.

- @ref guide "The guide" tells how it is used, with a short section for each feature.
- @ref duroxide "The reference" says what each class and function does, and every error that it gives.
- @ref changes "The changes" from release to release.
PAGE

cat >"$work/Doxyfile" <<SETTINGS
PROJECT_NAME = Duroxide
PROJECT_NUMBER = $version
INPUT = $root/include $pages
EXCLUDE = $root/include/duroxide/detail
RECURSIVE = YES
FILE_PATTERNS = *.hpp *.md
# Readers of the reference write names without the namespace of the release.
INPUT_FILTER = "sed 's/^namespace duroxide::DUROXIDE_ABI/namespace duroxide/'"
STRIP_FROM_PATH = $root/include $pages
STRIP_FROM_INC_PATH = $root/include
USE_MDFILE_AS_MAINPAGE = $pages/start.md
OUTPUT_DIRECTORY = $site
HTML_OUTPUT = .
GENERATE_LATEX = NO
EXTRACT_ALL = YES
HIDE_FRIEND_COMPOUNDS = YES
EXCLUDE_SYMBOLS = duroxide::detail duroxide::detail::* duroxide::actors duroxide::actors::*
JAVADOC_AUTOBRIEF = YES
MARKDOWN_SUPPORT = YES
BUILTIN_STL_SUPPORT = YES
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = "DUROXIDE_API=" "DUROXIDE_CAF=" "DUROXIDE_DOXYGEN=1"
GENERATE_TREEVIEW = YES
HAVE_DOT = NO
QUIET = YES
WARNINGS = YES
WARN_IF_UNDOCUMENTED = NO
WARN_IF_DOC_ERROR = YES
WARN_IF_INCOMPLETE_DOC = NO
WARN_LOGFILE = $work/warnings
SETTINGS
doxygen "$work/Doxyfile"
if [[ -s $work/warnings ]]; then
  sed "s|$root/||" "$work/warnings" >&2
  fail "Doxygen warns of $(grep -c 'warning:\|error:' "$work/warnings") lines, above"
fi
say "reference: $site/index.html"
