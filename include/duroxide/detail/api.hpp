#pragma once

#if __cplusplus < 202002L
#error "duroxide is C++20: compile with -std=c++20, or a later standard"
#endif

/// Marks what the shared library shows to its users: classes with members that are compiled into it,
/// and free functions. Everything else stays inside, so that it can change, and cannot clash with
/// what else a program links.
#define DUROXIDE_API [[gnu::visibility("default")]]
