#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <duroxide/clock.hpp>

namespace duroxide::postgres {

/// The database's clock as this process takes it to be: the system's, moved by what the database has said
/// last. What is due is decided by the database alone.
class DatabaseClock final : public Clock {
 public:
  DatabaseClock() : system_(system_clock()) {}

  [[nodiscard]] Timestamp now() const override {
    return system_->now() + Milliseconds(offset_.load());
  }
  [[nodiscard]] bool ticks() const override { return true; }
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void()> on_change) override {
    return system_->subscribe(std::move(on_change));
  }

  /// What the database says that it is, about now.
  void set(Timestamp now) { offset_.store((now - system_->now()).count()); }

 private:
  std::shared_ptr<Clock> system_;
  std::atomic<std::int64_t> offset_{0};
};

}  // namespace duroxide::postgres
