#include "gateway/change_counter.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace duroxide::gateway {

/// Owned by the counter; what waits for changes knows it only as long as that lives.
struct ChangeCounter::State : std::enable_shared_from_this<State> {
  explicit State(ChangeSubscription its_subscription) : subscription(std::move(its_subscription)) {}

  void ask() {
    subscription.next([weak = weak_from_this()](const Result<ChangeBatch, ClientError>& batch) {
      if (const auto self = weak.lock(); self && self->add(batch)) {
        self->ask();
      }
    });
  }

  /// Whether there may be more.
  bool add(const Result<ChangeBatch, ClientError>& batch) {
    const std::lock_guard lock(mutex);
    if (!batch) {
      error.emplace(batch.error());
      return false;
    }
    counts.missed += batch->missed;
    for (const StatusChange& change : batch->changes) {
      count(change.kind);
    }
    return !batch->changes.empty();  // it is empty only at the end
  }

  void count(ChangeKind kind) {
    switch (kind) {
      case ChangeKind::started:
        ++counts.started;
        break;
      case ChangeKind::completed:
        ++counts.completed;
        break;
      case ChangeKind::failed:
        ++counts.failed;
        break;
      case ChangeKind::cancelled:
        ++counts.cancelled;
        break;
      case ChangeKind::continued_as_new:
      case ChangeKind::custom_status:
      case ChangeKind::progressed:
      case ChangeKind::restored:
      case ChangeKind::deleted:
        break;
    }
  }

  ChangeSubscription subscription;
  std::mutex mutex;
  Counts counts;
  std::optional<CommandError> error;
};

Result<std::optional<ChangeCounter>, CommandError> ChangeCounter::begin(
    const ManagementClient& management) {
  constexpr std::uint32_t most_waiting = 20'000;
  auto subscription = management.subscribe({}, most_waiting);
  if (!subscription && subscription.error().kind == ClientError::Kind::management_not_available) {
    return std::nullopt;
  }
  if (!subscription) {
    return failure(CommandError(std::move(subscription).error()));
  }
  auto state = std::make_shared<State>(std::move(*subscription));
  state->ask();
  return ChangeCounter(std::move(state));
}

Result<ChangeCounter::Counts, CommandError> ChangeCounter::take() {
  const std::lock_guard lock(state_->mutex);
  if (state_->error) {
    return failure(*state_->error);
  }
  return std::exchange(state_->counts, Counts());
}

}  // namespace duroxide::gateway
