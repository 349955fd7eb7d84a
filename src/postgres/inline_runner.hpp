#pragma once

#include <memory>
#include <utility>

#include "postgres/batch.hpp"
#include "postgres/outcomes.hpp"
#include "postgres/runner.hpp"

namespace duroxide::postgres {

/// Runs batches on the spot, for actor systems without threads.
class InlineRunner final : public Runner {
 public:
  /// `membership` is null if it only reads.
  InlineRunner(std::shared_ptr<Session> session, std::shared_ptr<Membership> membership)
      : session_(std::move(session)), membership_(std::move(membership)) {}

  using Runner::run;
  void run(Batch batch, Post post, std::function<void()> after) override {
    auto outcomes = BatchRunner(*session_, membership_.get(), [] { return true; }).run(batch);
    post(hand_over(std::move(batch), std::move(outcomes), std::move(after)));
  }
  void close() override {}

 private:
  std::shared_ptr<Session> session_;
  std::shared_ptr<Membership> membership_;
};

}  // namespace duroxide::postgres
