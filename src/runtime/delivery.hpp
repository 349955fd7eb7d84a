#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/handlers.hpp>
#include <duroxide/provider.hpp>

namespace duroxide::model {
class ActivityMeter;
}  // namespace duroxide::model

namespace duroxide::runtime {

class RunLength;

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
  /// Where it runs. Set before anybody runs it.
  enum class Way : std::uint8_t { own_thread, short_running, coroutine };
  Way way = Way::own_thread;
  /// Measures its run; null if nothing does. Set likewise; the environment keeps it alive.
  model::ActivityMeter* meter = nullptr;
  /// Is told how long it has run; null if nobody asks. Set likewise; the environment keeps it alive.
  RunLength* run_length = nullptr;
  std::stop_source stop;  ///< of the activity; see `request_stop_aside`

  /// What the worker of an activity that is a coroutine is asked, from any thread.
  enum class Order : std::uint8_t {
    stop,                  ///< request a stop, on the worker's own thread
    give_back_if_sleeping  ///< the runtime ends: do not wait for a time that is far
  };
  using Orders = std::function<void(Order)>;
  /// Says where orders go from now on. False if a stop was requested before.
  [[nodiscard]] bool take_orders(Orders orders);
  /// False if nobody takes orders.
  bool order(Order order);

  /// Keeps how far the activity is, in place of what waits to be sent. True if the dispatcher has to
  /// be told: only then does nothing of this delivery wait or travel already.
  [[nodiscard]] bool offer_progress(std::string details);
  /// What to send next. None: `offer_progress` tells again.
  [[nodiscard]] std::optional<std::string> next_progress();

  // Timeouts, of those that have any.

  /// It begins to run. Once, before anybody runs it.
  void begins(Timestamp now);
  [[nodiscard]] bool has_begun() const;
  /// It has sent a heartbeat.
  void gives_sign(Timestamp now);
  /// When it has taken longer than it may, as far as is known; none if it may take for ever.
  [[nodiscard]] std::optional<Timestamp> limit() const;
  /// The error of one that is given up at this time.
  [[nodiscard]] ErrorDetails too_slow(Timestamp now) const;

  [[nodiscard]] provider::ActivityReference reference() const {
    return {item.item.instance, item.item.execution_id, item.item.id, item.item.incarnation};
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> progress_;
  bool progress_travels_ = false;
  Orders orders_;
  bool has_begun_ = false;
  Timestamp began_{};
  Timestamp last_sign_{};
};

using SharedDelivery = std::shared_ptr<Delivery>;

/// Requests stop of an activity on a thread of its own. The callbacks of its author run inside that
/// request and may block: here they hold up neither an actor nor the cancellation of another call. One
/// that is a coroutine has its worker do it: there may be thousands, and they must not block.
void request_stop_aside(caf::actor_system& system, Delivery& delivery);

}  // namespace duroxide::runtime
