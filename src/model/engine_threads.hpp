#pragma once

namespace duroxide::model {

namespace engine_threads {
inline thread_local bool is_one = false;
}  // namespace engine_threads

/// Says of the calling thread whether it is one of the engine's, whichever of its actors it runs. Those of
/// activities are such, as the end of the engine waits for them too.
inline void mark_engine_thread(bool is_one) {
  engine_threads::is_one = is_one;
}

/// Whoever waits for user code, or for what another process answers, asks first: the engine would wait
/// with it. Never true on a thread of the user's, nor on those of an actor system that the user has made.
[[nodiscard]] inline bool is_engine_thread() {
  return engine_threads::is_one;
}

}  // namespace duroxide::model
