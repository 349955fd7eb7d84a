#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <duroxide/changes.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What happens to instances, as it is committed. The store gathers changes in a buffer of its own
/// until they are fetched; a reader that is slower than the buffer is long loses the oldest, and is
/// told how many. Nothing polls. Get one from `ManagementClient::subscribe`; it ends when it is
/// destroyed.
///
/// Any number of threads and callbacks may ask at a time. Each change goes to one of them, to the one
/// who has asked first; what nobody waits for any more is kept for the next.
class DUROXIDE_API ChangeSubscription {
 public:
  ChangeSubscription(ChangeSubscription&&) noexcept;
  ChangeSubscription& operator=(ChangeSubscription&&) noexcept;
  ~ChangeSubscription();

  /// Waits for changes and takes all that there are, in order. Empty if none came in `timeout`, or
  /// after `close`. Errors: `storage_error` once the store is closed; `would_deadlock` if it is called
  /// from orchestration code, a callback or a log sink.
  [[nodiscard]] Result<ChangeBatch, ClientError> next(
      std::optional<Duration> timeout = std::nullopt);

  /// The same without waiting: `on_changes` is called once, on a thread of the engine's; with an
  /// empty batch after `close`, or when the subscription is destroyed. It may ask again, but for then.
  void next(std::function<void(Result<ChangeBatch, ClientError>)> on_changes);

  /// Ends it. Whoever waits gets an empty batch, and so does who asks afterwards; changes that nobody
  /// has got by then are dropped.
  void close();

 private:
  friend class ManagementClient;
  struct Impl;
  explicit ChangeSubscription(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace duroxide::DUROXIDE_ABI
