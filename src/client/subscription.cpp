// A subscription is a client actor of its own: when it ends, so does what the store gathers for it.

#include <duroxide/subscription.hpp>

#include <atomic>
#include <mutex>
#include <utility>

#include "client/management_impl.hpp"

namespace duroxide {

namespace {
constexpr std::uint64_t only_subscription = 1;  // of its actor
}

struct ChangeSubscription::Impl {
  explicit Impl(Store used_store)
      : store(std::move(used_store)),
        actor(client::spawn_management_client_actor(management_of(store))) {}
  ~Impl() { close(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  template <class Request>
  void call(Request request, std::function<void(typename Request::Response)> on_answer) const {
    actors::send_from_outside(actor,
                              client::Call<Request>{std::move(request), std::move(on_answer)});
  }

  void close() {
    if (!is_closed.exchange(true)) {
      call(management::UnsubscribeChanges{only_subscription}, [](const auto&) {});
      actors::send_from_outside(actor, client::Close{});
    }
  }

  Store store;
  client::ManagementClientActor actor;
  std::atomic<bool> is_closed{false};

  /// A fetch that was made and not yet waited for to its end: what it brings is for the next call.
  std::mutex mutex;
  std::optional<client::Awaited<management::AwaitChanges::Response>> fetch;
};

ChangeSubscription::ChangeSubscription(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChangeSubscription::ChangeSubscription(ChangeSubscription&&) noexcept = default;
ChangeSubscription& ChangeSubscription::operator=(ChangeSubscription&&) noexcept = default;
ChangeSubscription::~ChangeSubscription() = default;

Result<ChangeBatch, ClientError> ChangeSubscription::next(std::optional<Milliseconds> timeout) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->is_closed) {
    return ChangeBatch();
  }
  if (!impl_->fetch) {
    impl_->fetch.emplace();
    impl_->call(management::AwaitChanges{only_subscription}, impl_->fetch->callback());
  }
  auto answer = impl_->fetch->wait(impl_->actor.home_system(), timeout);
  if (!answer) {
    return ChangeBatch();
  }
  impl_->fetch.reset();
  return client::outcome(std::move(*answer));
}

void ChangeSubscription::next(std::function<void(Result<ChangeBatch, ClientError>)> on_changes) {
  impl_->call(management::AwaitChanges{only_subscription},
              [on_changes = std::move(on_changes)](management::AwaitChanges::Response answer) {
                on_changes(client::outcome(std::move(answer)));
              });
}

void ChangeSubscription::close() {
  impl_->close();
}

ManagementClient::Answer<ChangeSubscription> ManagementClient::subscribe(
    const ChangeFilter& filter, std::uint32_t capacity) const {
  if (!impl_->actor) {
    return failure(client::no_management());
  }
  if (auto bad = client::check_changes(filter, capacity)) {
    return failure(std::move(*bad));
  }
  auto subscription = std::make_shared<ChangeSubscription::Impl>(impl_->store);
  auto begun = client::block<Answer<void>>(
      impl_->actor.home_system(), [&](std::function<void(Answer<void>)> on_done) {
        subscription->call(management::SubscribeChanges{only_subscription, filter, capacity},
                           [on_done = std::move(on_done)](const provider::Answer<void>& done) {
                             on_done(client::outcome(done));
                           });
      });
  if (!begun) {
    return failure(std::move(begun).error());
  }
  return ChangeSubscription(std::move(subscription));
}

}  // namespace duroxide
