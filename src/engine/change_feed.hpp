#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/changes.hpp>
#include <duroxide/management_messages.hpp>

#include "storage/common.hpp"

namespace duroxide::storage {

/// Those who want to hear of changes, and what each of them has not fetched yet. Changes are told
/// when the batch that holds them is committed.
class ChangeFeed {
 public:
  using ChangesReply = Reply<provider::Answer<ChangeBatch>>;

  /// False if the holder has a subscription of that id. `capacity` is at least 1.
  [[nodiscard]] bool subscribe(Holder holder, std::uint64_t id, ChangeFilter filter,
                               std::uint32_t capacity);
  /// Answers at once if there is something to tell. An older request for the subscription is
  /// answered with nothing. False, and no answer, if there is no such subscription.
  [[nodiscard]] bool await(Holder holder, std::uint64_t id, ChangesReply reply);
  /// Answers what waits for it with nothing.
  void unsubscribe(Holder holder, std::uint64_t id);
  /// Forgets everything of one who is gone.
  void drop(Holder holder);

  /// Whether anybody may want to hear of it. As long as nobody has subscribed, nothing is kept.
  [[nodiscard]] bool wants(ChangeKind kind) const {
    return !subscriptions_.empty() && (kind != ChangeKind::progressed || turns_wanted_ > 0);
  }
  /// Of the open batch.
  void note(StatusChange change) { of_batch_.push_back(std::move(change)); }
  void batch_committed();

  [[nodiscard]] std::vector<ChangesReply> take_parked();

 private:
  using Id = std::pair<Holder, std::uint64_t>;

  struct Subscription {
    ChangeFilter filter;
    std::size_t capacity = 1;
    std::deque<StatusChange> changes;
    std::uint64_t missed = 0;
    std::optional<ChangesReply> parked;
  };
  using Subscriptions = std::map<Id, Subscription>;

  void tell(const Id& id, const StatusChange& change, std::set<Id>& told);
  Subscriptions::iterator erase(Subscriptions::iterator subscription);
  static void answer(Subscription& subscription);

  Subscriptions subscriptions_;
  /// So that a change is held against those only that may want it: by the instance, or else by the
  /// orchestration asked for; the rest under an empty name.
  std::map<std::string, std::set<Id>, std::less<>> by_instance_;
  std::map<std::string, std::set<Id>, std::less<>> by_orchestration_;
  std::size_t turns_wanted_ = 0;
  std::vector<StatusChange> of_batch_;
};

}  // namespace duroxide::storage
