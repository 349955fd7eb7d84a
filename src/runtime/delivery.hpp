#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <duroxide/handlers.hpp>
#include <duroxide/provider.hpp>

namespace duroxide::runtime {

/// One delivery of an activity, from its fetch to its end: what the dispatcher and the thread that
/// runs it share.
class Delivery {
 public:
  Delivery(provider::WorkerItem delivered, std::shared_ptr<const ActivityHandler> code,
           std::uint64_t arrival_number)
      : item(std::move(delivered)), handler(std::move(code)), arrival(arrival_number) {}

  const provider::WorkerItem item;
  const std::shared_ptr<const ActivityHandler> handler;
  const std::uint64_t arrival;  ///< what came first is run first
  bool is_short = false;        ///< it runs on the engine's thread; set before anybody runs it
  std::stop_source stop;        ///< of the activity; see `request_stop_aside`

  /// Keeps how far the activity is, in place of what waits to be sent. True if the dispatcher has to
  /// be told: only then does nothing of this delivery wait or travel already.
  [[nodiscard]] bool offer_progress(std::string details);
  /// What to send next. None: `offer_progress` tells again.
  [[nodiscard]] std::optional<std::string> next_progress();

  [[nodiscard]] provider::ActivityReference reference() const {
    return {item.item.instance, item.item.execution_id, item.item.id, item.item.incarnation};
  }

 private:
  std::mutex mutex_;
  std::optional<std::string> progress_;
  bool progress_travels_ = false;
};

using SharedDelivery = std::shared_ptr<Delivery>;

/// Requests stop of an activity on a thread of its own. The callbacks of its author run inside that
/// request and may block: here they hold up neither an actor nor the cancellation of another call.
void request_stop_aside(caf::actor_system& system, const Delivery& delivery);

}  // namespace duroxide::runtime
