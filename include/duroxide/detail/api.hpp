#pragma once

#include <duroxide/version.hpp>

#if __cplusplus < 202002L
#error "duroxide is C++20: compile with -std=c++20, or a later standard"
#endif
#ifndef __cpp_rtti
#error "duroxide tells types of payloads apart at run time: compile without -fno-rtti"
#endif
#ifndef __cpp_exceptions
#error "duroxide's awaits throw: compile without -fno-exceptions"
#endif

/// Marks what the shared library shows to its users: classes with members that are compiled into it,
/// and free functions. Everything else stays inside, so that it can change, and cannot clash with
/// what else a program links.
#define DUROXIDE_API [[gnu::visibility("default")]]

/// The same for what names the actor library, which is of use only to those who see the same one as this
/// library. With one of its own, which it keeps to itself (`-Dcaf=hidden`), that is nobody.
#ifdef DUROXIDE_HIDDEN_CAF
#define DUROXIDE_CAF
#else
#define DUROXIDE_CAF DUROXIDE_API
#endif
