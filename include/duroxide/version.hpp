#pragma once

/// Which release of the library these headers are of. Before 1.0.0 the second number counts releases that may
/// change what they like, and the third those that change nothing a program can see; from then on the
/// first counts the former.

#define DUROXIDE_VERSION_MAJOR 0
#define DUROXIDE_VERSION_MINOR 1
#define DUROXIDE_VERSION_PATCH 0

/// As a number that grows with each release, for `#if`: 1.2.3 is 10203.
#define DUROXIDE_VERSION_NUMBER \
  (DUROXIDE_VERSION_MAJOR * 10000 + DUROXIDE_VERSION_MINOR * 100 + DUROXIDE_VERSION_PATCH)

/// As text.
#define DUROXIDE_VERSION "0.1.0"

/// What follows `duroxide::` where a header opens that namespace: the inline namespace of the release, which all that
/// is public lies in. So linkers tell the names of releases apart, and the parts of one program may be built with
/// different ones. It changes with the name of the shared library: with each second number before 1.0.0, and with each
/// first number from then on. Programs never write it: they say `duroxide::Client`, and include the header of a class
/// instead of declaring it.
#define DUROXIDE_ABI inline v0_1
