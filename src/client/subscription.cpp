// A subscription is a client actor of its own: when it ends, so does what the store gathers for it.

#include <duroxide/subscription.hpp>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <utility>

#include "client/management_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

constexpr std::uint64_t only_subscription = 1;  // of its actor

using Outcome = Result<ChangeBatch, ClientError>;
using OnChanges = std::function<void(Outcome)>;

/// Fetches for those who want changes, in the order in which they came. One fetch at most is under
/// way, as the store parks no more; it outlives a reader whose time was up, and what it brings is
/// for the next one.
class ChangeFetches : public std::enable_shared_from_this<ChangeFetches> {
 public:
  explicit ChangeFetches(client::Companion companion) : companion_(std::move(companion)) {}

  [[nodiscard]] Outcome next(std::optional<Milliseconds> timeout) {
    std::optional<Outcome> answer;
    std::unique_lock lock(mutex_);
    const auto reader = waiting_.insert(waiting_.end(), Reader{&answer, {}});
    serve();
    wait(lock, timeout, answer);
    if (!answer) {
      waiting_.erase(reader);  // who has no answer is still there
      return ChangeBatch();
    }
    return std::move(*answer);
  }

  void next(OnChanges on_changes) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(Reader{nullptr, std::move(on_changes)});
    serve();
  }

  void close() {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      closed_ = true;
      serve();
      // Under the lock like each fetch, so none is sent behind it.
      companion_.ask(management::UnsubscribeChanges{only_subscription},
                     std::function<void(provider::Answer<void>)>([](const auto&) {}));
    }
  }

 private:
  /// A thread has a place for its answer, which is null for a callback.
  struct Reader {
    std::optional<Outcome>* place = nullptr;
    OnChanges on_changes;
  };

  // Those below, but for `fetched`, are called with the lock held.

  void serve() {
    if (closed_) {
      while (!waiting_.empty()) {
        answer_first(ChangeBatch());
      }
    } else if (kept_ && !waiting_.empty()) {
      answer_first(*std::exchange(kept_, std::nullopt));
    }
    if (!waiting_.empty() && !is_fetching_) {
      is_fetching_ = true;
      companion_.ask(management::AwaitChanges{only_subscription},
                     std::function<void(provider::Answer<ChangeBatch>)>(
                         [weak = weak_from_this()](provider::Answer<ChangeBatch> answer) {
                           if (const auto self = weak.lock()) {
                             self->fetched(client::outcome(std::move(answer)));
                           }
                         }));
    }
  }

  void answer_first(Outcome outcome) {
    Reader reader = std::move(waiting_.front());
    waiting_.pop_front();
    if (reader.place != nullptr) {
      reader.place->emplace(std::move(outcome));
      answered_.notify_all();
    } else {
      companion_.run([on_changes = std::move(reader.on_changes),
                      outcome = std::move(outcome)]() mutable { on_changes(std::move(outcome)); });
    }
  }

  void wait(std::unique_lock<std::mutex>& lock, std::optional<Milliseconds> timeout,
            const std::optional<Outcome>& answer) {
    const auto is_answered = [&answer] { return answer.has_value(); };
    if (actors::is_deterministic(companion_.actor().home_system())) {
      lock.unlock();
      actors::run_until(companion_.actor().home_system(), [&] {
        const std::lock_guard looking(mutex_);
        return is_answered();
      });
      lock.lock();
    } else if (timeout) {
      answered_.wait_for(lock, std::min(*timeout, max_delay), is_answered);
    } else {
      answered_.wait(lock, is_answered);
    }
  }

  void fetched(Outcome outcome) {
    const std::lock_guard lock(mutex_);
    is_fetching_ = false;
    kept_ = std::move(outcome);
    serve();
  }

  client::Companion companion_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::list<Reader> waiting_;
  std::optional<Outcome> kept_;  ///< nobody wanted it yet
  bool is_fetching_ = false;
  bool closed_ = false;
};

}  // namespace

/// The actor outlives `close`, as it calls back those who ask afterwards.
struct ChangeSubscription::Impl {
  explicit Impl(Store used_store)
      : store(std::move(used_store)),
        companion(client::Companion::for_management(store)),
        fetches(std::make_shared<ChangeFetches>(companion)) {}
  ~Impl() {
    fetches->close();
    companion.close();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Store store;
  client::Companion companion;
  std::shared_ptr<ChangeFetches> fetches;
};

ChangeSubscription::ChangeSubscription(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChangeSubscription::ChangeSubscription(ChangeSubscription&&) noexcept = default;
ChangeSubscription& ChangeSubscription::operator=(ChangeSubscription&&) noexcept = default;
ChangeSubscription::~ChangeSubscription() = default;

Result<ChangeBatch, ClientError> ChangeSubscription::next(std::optional<Duration> timeout) {
  if (auto checked = client::check_may_block(impl_->store); !checked) {
    return failure(std::move(checked).error());
  }
  const auto fetches = impl_->fetches;  // whoever still waits at the end takes leave of it alive
  return fetches->next(timeout);
}

void ChangeSubscription::next(std::function<void(Result<ChangeBatch, ClientError>)> on_changes) {
  impl_->fetches->next(std::move(on_changes));
}

void ChangeSubscription::close() {
  impl_->fetches->close();
}

ManagementClient::Answer<ChangeSubscription> ManagementClient::subscribe(
    const ChangeFilter& filter, std::uint32_t capacity) const {
  if (!impl_->management) {
    return failure(client::no_management());
  }
  if (auto checked = client::check_changes(filter, capacity); !checked) {
    return failure(std::move(checked).error());
  }
  auto subscription = std::make_shared<ChangeSubscription::Impl>(impl_->store);
  auto begun =
      client::block<Answer<void>>(impl_->store, [&](std::function<void(Answer<void>)> on_done) {
        subscription->companion.ask(
            management::SubscribeChanges{only_subscription, filter, capacity},
            std::function<void(provider::Answer<void>)>(
                [on_done = std::move(on_done)](const provider::Answer<void>& done) {
                  on_done(client::outcome(done));
                }));
      });
  if (!begun) {
    return failure(std::move(begun).error());
  }
  return ChangeSubscription(std::move(subscription));
}

}  // namespace duroxide::DUROXIDE_ABI
