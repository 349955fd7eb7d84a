#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <duroxide/duroxide.hpp>

#include "order.hpp"

/// The client's side of the shop: hands in the orders, tells each when the dock is ready for it, and
/// collects what became of them. It knows nothing of the runtime that does the work.
class OrderDesk {
 public:
  explicit OrderDesk(duroxide::Client client);
  ~OrderDesk();
  OrderDesk(const OrderDesk&) = delete;
  OrderDesk& operator=(const OrderDesk&) = delete;

  /// Starts the order, or finds it if an earlier run has. Waits while many starts are under way.
  void submit(const Order& order);

  /// Waits for a change, at most for `limit`; returns the number of orders that have ended.
  std::size_t wait_for_progress(std::chrono::milliseconds limit);

  /// What became of each order that has ended: its final status, or why it could not be had.
  using Endings = std::map<std::string, duroxide::Client::Status>;
  [[nodiscard]] Endings endings() const;

 private:
  struct State;

  void run_dock();

  duroxide::Client client_;
  std::shared_ptr<State> state_;
  std::thread dock_;
};
