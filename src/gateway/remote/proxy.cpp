#include "gateway/remote/proxy.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "gateway/remote/frames.hpp"
#include "gateway/remote/requests.hpp"
#include "model/lent_thread.hpp"
#include "model/overloaded.hpp"

namespace duroxide::gateway::remote {

namespace {

using namespace provider;

/// Whether a request has a number that only its sender knows.
template <class Request>
constexpr bool names_its_own = Waits<Request> || requires(Request request) {
  request.subscription_id;
};

ProviderError too_long(std::size_t bytes) {
  return {ProviderError::Kind::invalid_input, "remote_store",
          "the request takes " + std::to_string(bytes) + " bytes, and no more than " +
              std::to_string(longest_request) +
              " go through the control socket; send less, or ask in the process that has the store "
              "open",
          false};
}

/// It has the handlers of both interfaces, which the tables name. Its type does not say so: else the names
/// of all that is made for it would have all their messages in them.
class ProxyImpl final : public actors::DynamicActorBase {
 public:
  ProxyImpl(caf::actor_config& config, std::shared_ptr<Link> link)
      : actors::DynamicActorBase(config), link_(std::move(link)) {
    set_down_handler([this](const caf::down_msg& down) { sender_gone(down.source.id()); });
  }

  const char* name() const override { return "duroxide.remote.proxy"; }

  void on_exit() override {
    link_->finish();
    link_->join();
    // Who asked may be kept alive by nothing but this, and is to hear of the end all the same. It knows
    // best what to say of it: whether the store was closed. Changes whose outcome is unknown are not among
    // these, if the store was closed: the link has answered them.
    auto open = std::exchange(open_, {});
    for (auto& [number, each] : open) {
      each.tell_of_end();
    }
  }

 protected:
  caf::behavior make_behavior() override;

 private:
  using Sender = caf::actor_id;
  /// What a sender calls a wait or a subscription of its own.
  using Own = std::pair<Sender, std::uint64_t>;

  struct Open {
    std::function<void(Result<std::string, ProviderError>)> answer;
    std::function<void()> tell_of_end;  ///< that no answer will come
    OnProgress on_progress;
    std::optional<Own> wait;
    std::optional<Own> subscription;  ///< whose changes it waits for
  };
  struct Subscription {
    std::uint64_t number = 0;  ///< of the request that began it
    bool has_gap = false;      ///< something may have happened that nobody was told of
  };

  /// The handler of a request that goes to the engine.
  template <class Request>
  [[nodiscard]] auto passed_on() {
    return [this](const Request& request) { return pass_on(request); };
  }
  template <class Request>
  actors::Promise<typename EntryOf<Request>::Answer> pass_on(const Request& request);

  /// The handler of a request that is a runtime's.
  template <class Entry>
  [[nodiscard]] static auto refused();

  [[nodiscard]] Sender sender();
  /// What `answer` of a request for changes becomes, if something was missed before.
  [[nodiscard]] management::Answer<ChangeBatch> with_gap(const Own& subscription,
                                                         management::Answer<ChangeBatch> answer);

  void take(LinkEvent& event);
  void take(Answered& answered);
  void take(const ProgressMade& made);
  void take(const Gap& gap);
  void sender_gone(Sender sender);

  template <class Answer>
  static Answer read_answer(Result<std::string, ProviderError> body);

  std::shared_ptr<Link> link_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, Open> open_;
  std::map<Own, std::uint64_t> waits_;
  std::map<Own, Subscription> subscriptions_;
  std::unordered_set<Sender> known_;
};

template <class Answer>
Answer ProxyImpl::read_answer(Result<std::string, ProviderError> body) {
  if (!body) {
    return failure(std::move(body).error());
  }
  return decode_answer<Answer>(*body);
}

ProxyImpl::Sender ProxyImpl::sender() {
  const auto& from = current_sender();
  if (!from) {
    return 0;
  }
  if (known_.insert(from->id()).second) {
    monitor(caf::actor_cast<caf::actor_addr>(from));
  }
  return from->id();
}

template <class Request>
actors::Promise<typename EntryOf<Request>::Answer> ProxyImpl::pass_on(const Request& request) {
  using Answer = typename EntryOf<Request>::Answer;
  const Sender from = names_its_own<Request> ? sender() : Sender(0);
  auto promise = make_response_promise<Answer>();  // it takes the sender with it
  const std::uint64_t number = ++last_number_;
  Open open;
  Link::Request asked;
  asked.number = number;
  asked.repeat = EntryOf<Request>::repeat;
  open.answer = [promise](Result<std::string, ProviderError> body) mutable {
    promise.deliver(read_answer<Answer>(std::move(body)));
  };
  open.tell_of_end = [promise]() mutable {
    promise.deliver(caf::make_error(caf::sec::request_receiver_down));
  };
  if constexpr (std::is_same_v<Request, management::SubscribeChanges>) {
    const Own own{from, request.subscription_id};
    if (subscriptions_.contains(own)) {
      promise.deliver(Answer(failure(ProviderError{
          ProviderError::Kind::invalid_input, "subscribe_changes",
          "the sender has a subscription " + std::to_string(own.second) + " already", false})));
      return promise;
    }
    subscriptions_[own].number = number;
    auto over_there = request;
    over_there.subscription_id = number;
    asked.body = encode_request(over_there);
    open.answer = [this, own, promise](Result<std::string, ProviderError> body) mutable {
      auto answer = read_answer<Answer>(std::move(body));
      if (!answer) {
        if (const auto found = subscriptions_.find(own); found != subscriptions_.end()) {
          link_->forget(found->second.number);
          subscriptions_.erase(found);
        }
      }
      promise.deliver(std::move(answer));
    };
  } else if constexpr (std::is_same_v<Request, management::AwaitChanges> ||
                       std::is_same_v<Request, management::UnsubscribeChanges>) {
    const Own own{from, request.subscription_id};
    const auto found = subscriptions_.find(own);
    if (found == subscriptions_.end()) {
      promise.deliver(Answer(failure(
          ProviderError{ProviderError::Kind::invalid_input, "await_changes",
                        "the sender has no subscription " + std::to_string(own.second), false})));
      return promise;
    }
    const std::uint64_t subscription = found->second.number;
    auto over_there = request;
    over_there.subscription_id = subscription;
    asked.body = encode_request(over_there);
    if constexpr (std::is_same_v<Request, management::AwaitChanges>) {
      if (std::exchange(found->second.has_gap, false)) {
        promise.deliver(Answer(ChangeBatch{{}, 1}));
        return promise;
      }
      asked.subscription = subscription;
      open.subscription = own;
      open.answer = [this, own, promise](Result<std::string, ProviderError> body) mutable {
        promise.deliver(with_gap(own, read_answer<Answer>(std::move(body))));
      };
    } else {
      subscriptions_.erase(found);
      link_->forget(subscription);
    }
  } else if constexpr (std::is_same_v<Request, management::BackupStore>) {
    // The engine's process may stand in another directory.
    asked.body =
        encode_request(management::BackupStore{std::filesystem::absolute(request.directory), {}});
  } else {
    asked.body = encode_request(request);
  }
  if (asked.body.size() > longest_request) {
    open.answer(failure(too_long(asked.body.size())));  // it takes back what was noted above
    return promise;
  }
  if constexpr (Waits<Request>) {
    open.wait = Own(from, request.wait_id);
    asked.is_wait = true;
    waits_.insert_or_assign(*open.wait, number);
  }
  if constexpr (Lasts<Request>) {
    open.on_progress = request.on_progress;
  }
  open_.emplace(number, std::move(open));
  link_->ask(std::move(asked));
  return promise;
}

management::Answer<ChangeBatch> ProxyImpl::with_gap(const Own& subscription,
                                                    management::Answer<ChangeBatch> answer) {
  const auto found = subscriptions_.find(subscription);
  if (answer && found != subscriptions_.end() && std::exchange(found->second.has_gap, false)) {
    answer->missed += 1;
  }
  return answer;
}

template <class Entry>
auto ProxyImpl::refused() {
  return [](const typename Entry::Request&) -> typename Entry::Answer {
    return failure(ProviderError{
        ProviderError::Kind::not_available, "remote_store",
        "a remote store only controls; only the process that has the store open may run on it",
        false});
  };
}

void ProxyImpl::take(LinkEvent& event) {
  std::visit(
      model::Overloaded{[this](Answered& answered) { take(answered); },
                        [this](const ProgressMade& made) { take(made); },
                        [this](const Gap& gap) { take(gap); }, [this](const Ended&) { quit(); }},
      event);
}

void ProxyImpl::take(Answered& answered) {
  auto open = open_.extract(answered.number);
  if (open.empty()) {
    return;
  }
  if (const auto& wait = open.mapped().wait) {
    const auto found = waits_.find(*wait);
    if (found != waits_.end() && found->second == answered.number) {
      waits_.erase(found);
    }
  }
  open.mapped().answer(std::move(answered.body));
}

/// It is the user's, and must neither end the actor nor wait for the engine.
void ProxyImpl::take(const ProgressMade& made) {
  const auto found = open_.find(made.number);
  if (found == open_.end() || !found->second.on_progress) {
    return;
  }
  const model::LentThread lent("a progress callback");
  bool goes_on = false;
  try {
    goes_on = found->second.on_progress(made.progress);
  } catch (...) {  // NOLINT(bugprone-empty-catch): it ends the operation, as it does in the engine
  }
  if (!goes_on) {
    link_->stop(made.number);
  }
}

void ProxyImpl::take(const Gap& gap) {
  for (auto& [own, subscription] : subscriptions_) {
    if (subscription.number == gap.subscription) {
      subscription.has_gap = !gap.await;
    }
  }
  if (!gap.await) {
    return;
  }
  auto open = open_.extract(*gap.await);
  if (!open.empty()) {
    open.mapped().answer(encode_answer(management::Answer<ChangeBatch>(ChangeBatch{{}, 1})));
  }
}

/// Nobody else would take back what it has left here and with the engine.
void ProxyImpl::sender_gone(Sender gone) {
  known_.erase(gone);
  const Own first{gone, 0};
  for (auto wait = waits_.lower_bound(first); wait != waits_.end() && wait->first.first == gone;) {
    link_->stop(wait->second);
    open_.erase(wait->second);
    wait = waits_.erase(wait);
  }
  for (auto each = subscriptions_.lower_bound(first);
       each != subscriptions_.end() && each->first.first == gone;) {
    const std::uint64_t subscription = each->second.number;
    link_->forget(subscription);
    Link::Request ends;
    ends.number = ++last_number_;
    ends.body = encode_request(management::UnsubscribeChanges{subscription});
    link_->ask(std::move(ends));
    each = subscriptions_.erase(each);
  }
}

caf::behavior ProxyImpl::make_behavior() {
  const auto of_table = [this]<class... Entries>(Table<Entries...>) {
    return std::tuple(passed_on<typename Entries::Request>()...);
  };
  const auto of_runtimes = []<class... Entries>(Table<Entries...>) {
    return std::tuple(refused<Entries>()...);
  };
  const auto others = std::tuple(
      // An engine with a socket is one of ours, whose stores can.
      [](const SupportsDelayedVisibility&) { return true; },
      [this](const StopWaiting& stop) {
        const auto found = waits_.find({sender(), stop.wait_id});
        if (found != waits_.end()) {
          link_->stop(found->second);
        }
      },
      // Nobody has anything here that could be given back.
      [](const ReleaseInstance&) {}, [](const ReleaseSessions&) {},
      [this](FromEngine& from) { take(from.event); }, [this](const Finish&) { link_->finish(); });
  return std::apply([](auto... all) { return caf::behavior{std::move(all)...}; },
                    std::tuple_cat(of_table(Requests()), of_runtimes(RuntimeRequests()), others));
}

}  // namespace

Proxy spawn_proxy(caf::actor_system& system, std::shared_ptr<Link> link) {
  const actors::SpawnsFromOutside outside;
  const actors::DynamicActor actor = system.spawn<ProxyImpl>(std::move(link));
  return {caf::actor_cast<ProviderActor>(actor), caf::actor_cast<ManagementActor>(actor), actor};
}

}  // namespace duroxide::gateway::remote
