#pragma once

#include <duroxide/log.hpp>

namespace duroxide::model {

/// A sink that may be called from any thread of the engine's: what `sink` throws is dropped, as there
/// is nobody left to tell, and a blocking call it makes is refused. Empty if `sink` is.
[[nodiscard]] LogSink careful_sink(LogSink sink);

/// Whether the calling thread is in such a sink. What would be logged from there is not: it might go
/// round for ever.
[[nodiscard]] bool is_in_log_sink();

}  // namespace duroxide::model
