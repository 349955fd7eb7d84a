#pragma once

// cereal, as all who read and write payloads must have it: it keeps a table of class versions that threads
// share, and locks that only if it is told to before its first header is read.

#ifndef CEREAL_THREAD_SAFE
#define CEREAL_THREAD_SAFE 1
#elif !CEREAL_THREAD_SAFE
#error \
    "cereal does not lock what threads share: compile with -DCEREAL_THREAD_SAFE=1, or include duroxide's headers before cereal's"
#endif

#include <cereal/cereal.hpp>
