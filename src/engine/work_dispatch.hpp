#pragma once

// Handing out activities.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// One answer carries no more than this.
inline constexpr std::size_t work_bytes_per_answer = std::size_t{16} << 20;

/// Whether anybody has been given the activity of that row, now or before.
[[nodiscard]] bool has_been_handed_out(Transaction& transaction, const WorkKey& key,
                                       const ActivityRow& row);

/// Whether there may be something to hand out.
[[nodiscard]] bool fetch_work(Transaction& transaction, Holder holder,
                              const provider::DequeueWorkerPeekLock& request,
                              WorkerQueue::FetchReply reply);

/// What there is, to those who have asked for it.
void dispatch_work(Transaction& transaction);

}  // namespace duroxide::storage
