// A kind of event without an entry in the table must not compile: expect_compile_error.sh.
#include "model/event_table.hpp"

namespace duroxide::DUROXIDE_ABI::event {
struct Forgotten {};
}  // namespace duroxide::DUROXIDE_ABI::event

#ifdef CORRECT
static_assert(duroxide::model::check::is_complete<duroxide::event::GuidRecorded>());
#else
static_assert(duroxide::model::check::is_complete<duroxide::event::Forgotten>());
#endif
