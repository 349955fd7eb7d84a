#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include <duroxide/provider_messages.hpp>

#include "postgres/leases.hpp"
#include "postgres/start_calls.hpp"

namespace duroxide::postgres {

/// An instance that a holder of this process keeps in memory, as its last ack has left it.
struct Resident {
  TurnLease lease;  ///< of its last turn, as the next one would have it, without messages
  provider::LockToken last_token = 0;
};

/// What this process knows of the instances that it has turns of, or keeps: enough to hand out the next turn of
/// one before the database has its messages. The database decides whether that was right.
class Residents {
 public:
  /// A turn of it was handed out.
  void begin(const std::string& instance) { known_[instance].reset(); }
  /// The ack of its turn was accepted.
  void end(const provider::AckOrchestrationItem& ack, TurnLease lease) {
    const auto known = known_.find(lease.instance);
    if (known == known_.end()) {
      return;  // its holder has let go of it meanwhile
    }
    if (!ack.stays_resident || ack.metadata.status != ExecutionStatus::running) {
      known_.erase(known);
      return;
    }
    lease.event_count += ack.events.size();
    if (!ack.metadata.orchestration_name.empty()) {
      lease.orchestration = ack.metadata.orchestration_name;
    }
    if (!ack.metadata.orchestration_version.empty()) {
      lease.version = ack.metadata.orchestration_version;
    }
    lease.code = code_of(lease.orchestration, lease.version);
    lease.places.clear();
    lease.is_being_acked = false;
    known->second = Resident{std::move(lease), ack.lock_token};
  }
  /// Its holder does not keep it any more, or the lease of its turn is over.
  void forget(const std::string& instance) { known_.erase(instance); }
  void forget(Asker holder) {
    std::erase_if(known_, [holder](const auto& known) {
      return known.second && known.second->lease.asker == holder;
    });
  }
  void forget_all() { known_.clear(); }
  /// Whether a turn of it is under way here, or it is kept.
  [[nodiscard]] bool knows(const std::string& instance) const { return known_.contains(instance); }
  /// Of one that no turn is under way of; null if it is not known to be here.
  [[nodiscard]] const Resident* find(const std::string& instance) const {
    const auto known = known_.find(instance);
    return known == known_.end() || !known->second ? nullptr : &*known->second;
  }

 private:
  std::unordered_map<std::string, std::optional<Resident>> known_;  ///< none: a turn is under way
};

}  // namespace duroxide::postgres
