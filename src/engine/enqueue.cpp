#include "engine/enqueue.hpp"

#include <optional>
#include <string>

#include "engine/event_keys.hpp"
#include "engine/messages.hpp"
#include "engine/starts.hpp"

namespace duroxide::storage {

namespace {

void check_delay(const std::optional<Milliseconds>& delay) {
  if (delay && *delay < Milliseconds::zero()) {
    throw StorageFailure(ProviderError::Kind::invalid_input, "the delay is negative");
  }
}

[[noreturn]] void refuse_existing(const std::string& instance) {
  throw StorageFailure(ProviderError::Kind::instance_already_exists,
                       "the instance `" + instance + "` exists already");
}

void require_same_start(const Opening& opening, const InstanceRecord& record,
                        const work::StartOrchestration& start) {
  const auto refuse_start = [&](const std::string& why) {
    throw StorageFailure(ProviderError::Kind::instance_already_exists,
                         "the instance `" + start.instance + "` exists already, and " + why);
  };
  if (record.start_digest == 0) {
    refuse_start(
        "it is not known what it was started with: it was imported or forked, or started by an "
        "earlier release. Look at it, and ask for it with `use_existing` if it will do");
  }
  if (!is_start_digest(opening, start, record.start_digest)) {
    refuse_start(
        "it was started as another orchestration or with another input. Use another id, or "
        "`use_existing` to take it whatever it is");
  }
  if (start.version && record.start_version != *start.version) {
    refuse_start("it was started " +
                 (record.start_version.empty() ? std::string("without a version, and has not begun")
                                               : "in version " + record.start_version) +
                 ", not in " + *start.version);
  }
}

}  // namespace

void enqueue_item(Transaction& transaction, const provider::EnqueueOrchestratorWork& request) {
  check_delay(request.delay);
  if (const auto* start = std::get_if<work::StartOrchestration>(&request.item)) {
    if (request.key) {
      refuse_key();
    }
    if (accept_start(transaction, *start, request.delay) && !request.use_existing) {
      refuse_existing(start->instance);
    }
  } else {
    accept_message(transaction, request.item, request.delay, request.key);
  }
}

provider::StartedOrFound start_or_find(Transaction& transaction,
                                       const provider::StartOrFind& request) {
  check_delay(request.delay);
  const auto found = accept_start(transaction, request.start, request.delay);
  if (found && request.only_new) {
    refuse_existing(request.start.instance);
  }
  if (found && request.same_input) {
    const auto record = transaction.instances().load(*found);
    require_same_start(transaction.opening(), record.value_or(InstanceRecord()), request.start);
  }
  return provider::StartedOrFound{!found};
}

}  // namespace duroxide::storage
