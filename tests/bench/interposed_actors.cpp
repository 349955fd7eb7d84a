// Stands in for the functions of CAF that put a message into the mailbox of an actor, and counts. Works
// with CAF as a shared library, whose own calls and tables of virtual functions come here too. The names
// are given to the assembler: what is passed on is of no interest here.

#include <cstdlib>

#include <dlfcn.h>

#include "tally.hpp"

#define DUROXIDE_ENQUEUE(actor)                                      \
  "_ZN3caf" actor                                                    \
  "7enqueueESt10unique_ptrINS_15mailbox_elementENS_6detail8disposer" \
  "EEPNS_14execution_unitE"
#define DUROXIDE_STANDS_IN(name) __asm__(name) __attribute__((visibility("default"), used))

extern "C" {

void duroxide_scheduled_enqueue(void* actor, void* element, void* unit)
    DUROXIDE_STANDS_IN(DUROXIDE_ENQUEUE("15scheduled_actor"));
void duroxide_blocking_enqueue(void* actor, void* element, void* unit)
    DUROXIDE_STANDS_IN(DUROXIDE_ENQUEUE("14blocking_actor"));
}

namespace {

using Enqueue = void (*)(void*, void*, void*);

Enqueue original(const char* name) {
  void* const found = ::dlsym(RTLD_NEXT, name);
  if (found == nullptr) {
    std::abort();  // another release of CAF
  }
  return reinterpret_cast<Enqueue>(found);
}

}  // namespace

extern "C" {

void duroxide_scheduled_enqueue(void* actor, void* element, void* unit) {
  static const Enqueue enqueue = original(DUROXIDE_ENQUEUE("15scheduled_actor"));
  tally::add(tally::Kind::messages, 1);
  enqueue(actor, element, unit);
}

void duroxide_blocking_enqueue(void* actor, void* element, void* unit) {
  static const Enqueue enqueue = original(DUROXIDE_ENQUEUE("14blocking_actor"));
  tally::add(tally::Kind::messages, 1);
  enqueue(actor, element, unit);
}
}
