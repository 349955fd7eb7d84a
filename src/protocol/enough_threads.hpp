#pragma once

#include <cstddef>

#include <duroxide/detail/caf.hpp>

namespace duroxide::storage {

/// Throws `std::system_error`, with a message that says what to do, unless the process can have so
/// many more threads now: it starts them, and ends them again. Call it before CAF is to start threads
/// of its own, since CAF 0.17 cannot be stopped half way:
///
/// - the scheduler keeps the threads that it has started when the next one fails, and their
///   destructors end the process (`std::terminate`);
/// - an actor whose own thread cannot be started stays registered, and the actor system waits for it
///   for ever when it ends.
void require_threads(std::size_t count);

/// The same for actors with threads of their own, which have none in a deterministic system.
void require_threads(caf::actor_system& system, std::size_t count);

}  // namespace duroxide::storage
