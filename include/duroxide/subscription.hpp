#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <duroxide/changes.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

namespace duroxide {

/// What happens to instances, as it is committed. The store gathers changes in a buffer of its own
/// until they are fetched; a reader that is slower than the buffer is long loses the oldest, and is
/// told how many. Nothing polls. Get one from `ManagementClient::subscribe` or `Client::subscribe`;
/// it ends when it is destroyed. Safe to use from several threads, each of which gets other changes.
class ChangeSubscription {
 public:
  ChangeSubscription(ChangeSubscription&&) noexcept;
  ChangeSubscription& operator=(ChangeSubscription&&) noexcept;
  ~ChangeSubscription();

  /// Waits for changes and takes all that there are, in order. Empty if none came in `timeout`, or
  /// after `close`. Errors: `storage_error` once the store is closed.
  [[nodiscard]] Result<ChangeBatch, ClientError> next(
      std::optional<Milliseconds> timeout = std::nullopt);

  /// The same without waiting: `on_changes` is called once, on a thread of the engine's. Only one
  /// such call or `next` may be under way at a time.
  void next(std::function<void(Result<ChangeBatch, ClientError>)> on_changes);

  /// Ends it. A `next` that waits returns with what there is.
  void close();

 private:
  friend class ManagementClient;
  struct Impl;
  explicit ChangeSubscription(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace duroxide
