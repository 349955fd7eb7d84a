#include "engine/change_feed.hpp"

#include "model/invariant.hpp"

namespace duroxide::storage {

bool ChangeFeed::subscribe(Holder holder, std::uint64_t id, ChangeFilter filter,
                           std::uint32_t capacity) {
  DUROXIDE_INVARIANT(capacity > 0, "a subscription has room for a change");
  const Id key{holder, id};
  const auto [entry, inserted] = subscriptions_.try_emplace(key);
  if (!inserted) {
    return false;
  }
  entry->second.filter = std::move(filter);
  entry->second.capacity = capacity;
  const ChangeFilter& wanted = entry->second.filter;
  if (wanted.instance) {
    by_instance_[*wanted.instance].insert(key);
  } else {
    by_orchestration_[wanted.orchestration_name.value_or(std::string())].insert(key);
  }
  turns_wanted_ += wanted.turns ? 1 : 0;
  return true;
}

bool ChangeFeed::await(Holder holder, std::uint64_t id, ChangesReply reply) {
  const auto found = subscriptions_.find({holder, id});
  if (found == subscriptions_.end()) {
    return false;
  }
  Subscription& subscription = found->second;
  if (subscription.parked) {
    std::exchange(subscription.parked, std::nullopt).value()(ChangeBatch{});
  }
  subscription.parked = std::move(reply);
  answer(subscription);
  return true;
}

void ChangeFeed::answer(Subscription& subscription) {
  if (!subscription.parked || subscription.changes.empty()) {
    return;
  }
  ChangeBatch batch;
  batch.changes.assign(std::make_move_iterator(subscription.changes.begin()),
                       std::make_move_iterator(subscription.changes.end()));
  batch.missed = std::exchange(subscription.missed, 0);
  subscription.changes.clear();
  const auto reply = std::exchange(subscription.parked, std::nullopt).value();
  reply(std::move(batch));
}

void ChangeFeed::unsubscribe(Holder holder, std::uint64_t id) {
  const auto found = subscriptions_.find({holder, id});
  if (found == subscriptions_.end()) {
    return;
  }
  const auto parked = std::move(found->second.parked);
  erase(found);
  if (parked) {
    (*parked)(ChangeBatch{});
  }
}

void ChangeFeed::drop(Holder holder) {
  auto entry = subscriptions_.lower_bound({holder, 0});
  while (entry != subscriptions_.end() && entry->first.first == holder) {
    entry = erase(entry);
  }
}

ChangeFeed::Subscriptions::iterator ChangeFeed::erase(Subscriptions::iterator subscription) {
  const ChangeFilter& filter = subscription->second.filter;
  auto& index = filter.instance ? by_instance_ : by_orchestration_;
  const auto listed =
      index.find(filter.instance.value_or(filter.orchestration_name.value_or(std::string())));
  DUROXIDE_INVARIANT(listed != index.end() && listed->second.contains(subscription->first),
                     "a subscription is listed by what it asks for");
  listed->second.erase(subscription->first);
  if (listed->second.empty()) {
    index.erase(listed);
  }
  if (filter.turns) {
    DUROXIDE_INVARIANT(turns_wanted_ > 0, "each subscription that wants turns is counted");
    --turns_wanted_;
  }
  return subscriptions_.erase(subscription);
}

void ChangeFeed::tell(const Id& id, const StatusChange& change, std::set<Id>& told) {
  const auto found = subscriptions_.find(id);
  DUROXIDE_INVARIANT(found != subscriptions_.end(), "what is listed is a subscription");
  Subscription& subscription = found->second;
  const ChangeFilter& filter = subscription.filter;
  if ((change.kind == ChangeKind::progressed && !filter.turns) ||
      (filter.orchestration_name && *filter.orchestration_name != change.orchestration_name)) {
    return;
  }
  DUROXIDE_INVARIANT(subscription.changes.size() <= subscription.capacity,
                     "no more changes wait for a subscription than it has room for");
  if (subscription.changes.size() == subscription.capacity) {
    subscription.changes.pop_front();
    ++subscription.missed;
  }
  subscription.changes.push_back(change);
  told.insert(id);
}

void ChangeFeed::batch_committed() {
  std::set<Id> told;
  for (const StatusChange& change : std::exchange(of_batch_, {})) {
    const auto tell_all = [&](const auto& index, std::string_view name) {
      if (const auto listed = index.find(name); listed != index.end()) {
        for (const Id& id : listed->second) {
          tell(id, change, told);
        }
      }
    };
    tell_all(by_instance_, change.instance_id);
    tell_all(by_orchestration_, change.orchestration_name);
    if (!change.orchestration_name.empty()) {
      tell_all(by_orchestration_, {});
    }
  }
  for (const Id& id : told) {
    answer(subscriptions_.at(id));
  }
}

std::vector<ChangeFeed::ChangesReply> ChangeFeed::take_parked() {
  std::vector<ChangesReply> replies;
  for (auto& [id, subscription] : subscriptions_) {
    if (subscription.parked) {
      replies.push_back(std::exchange(subscription.parked, std::nullopt).value());
    }
  }
  return replies;
}

}  // namespace duroxide::storage
