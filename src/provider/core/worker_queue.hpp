#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <duroxide/provider.hpp>

#include "provider/core/keys.hpp"
#include "provider/core/kv.hpp"

namespace duroxide::storage {

/// An activity that has been handed out.
struct WorkLease {
  WorkKey key;
  Holder holder = 0;
  std::uint32_t attempt = 1;
};

/// What memory knows of the worker queue: which rows wait, and who holds which lease. Only rows that
/// are durable get in; the items stay in the store.
class WorkerQueue {
 public:
  using FetchReply = Reply<provider::Answer<std::vector<provider::WorkerItem>>>;

  struct ParkedFetch {
    Holder holder = 0;
    std::uint64_t max_items = 1;
    FetchReply reply;
  };

  std::deque<ParkedFetch> parked;
  [[nodiscard]] std::uint64_t credit() const;

  /// Rows of earlier sessions are found one by one as there is room for them.
  void set_backlog(std::uint64_t session) {
    session_ = session;
    backlog_ = true;
  }

  void push(const WorkKey& key) { waiting_.push_back(key); }
  void push_front(const WorkKey& key) { waiting_.push_front(key); }
  /// The next row to look at: first those that were pushed, then those of earlier sessions.
  [[nodiscard]] std::optional<WorkKey> pop(const ReadView& committed);

  provider::LockToken lease(WorkLease lease);
  [[nodiscard]] WorkLease* find(provider::LockToken token);
  [[nodiscard]] bool is_leased(const WorkKey& key) const { return leased_.contains(key); }
  void end_lease(provider::LockToken token);
  /// Ends the lease of a row that is being removed.
  void end_lease_of(const WorkKey& key);
  [[nodiscard]] std::vector<provider::LockToken> leases_of(Holder holder) const;

  /// Delivery counts of rows that were handed out from memory, to be written with the next commit.
  std::map<WorkKey, std::uint32_t> counts_to_write;

  void set_token_base(std::uint64_t base) { next_token_ = base; }

 private:
  [[nodiscard]] std::optional<WorkKey> next_of_backlog(const ReadView& committed);

  std::deque<WorkKey> waiting_;
  std::uint64_t session_ = 0;
  bool backlog_ = false;
  std::string backlog_next_;

  std::unordered_map<provider::LockToken, WorkLease> leases_;
  std::map<WorkKey, provider::LockToken> leased_;
  provider::LockToken next_token_ = 1;
};

}  // namespace duroxide::storage
