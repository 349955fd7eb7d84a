#include "postgres/threaded_runner.hpp"

#include <chrono>
#include <utility>

#include "postgres/batch.hpp"
#include "postgres/outcomes.hpp"

namespace duroxide::postgres {

ThreadedRunner::ThreadedRunner(const Target& target, std::size_t threads,
                               std::shared_ptr<Membership> membership, Milliseconds patience)
    : membership_(std::move(membership)), patience_(patience) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, target] { work(target); });
  }
}

ThreadedRunner::~ThreadedRunner() {
  close();
}

void ThreadedRunner::run(Batch batch, Post post, std::function<void()> after) {
  Job job{std::move(batch), std::move(post), std::move(after)};
  {
    const std::lock_guard lock(mutex_);
    if (!is_closing_) {
      jobs_.push_back(std::move(job));
      come_.notify_one();
      return;
    }
  }
  refuse(std::move(job));
}

void ThreadedRunner::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
    come_.notify_all();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

void ThreadedRunner::work(const Target& target) {
  Session session(target);
  while (true) {
    std::unique_lock lock(mutex_);
    come_.wait(lock, [this] { return is_closing_ || !jobs_.empty(); });
    if (jobs_.empty()) {
      return;
    }
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    carry_out(std::move(job), session);
  }
}

void ThreadedRunner::carry_out(Job job, Session& session) {
  const auto until = std::chrono::steady_clock::now() + patience_;
  const auto gives_up = [this, until] {
    const std::lock_guard lock(mutex_);
    return is_closing_ || std::chrono::steady_clock::now() >= until;
  };
  auto outcomes = BatchRunner(session, membership_.get(), gives_up).run(job.batch);
  job.post(hand_over(std::move(job.batch), std::move(outcomes), std::move(job.after)));
}

void ThreadedRunner::refuse(Job job) {
  std::vector<Outcome> outcomes;
  for (const Request& request : job.batch) {
    outcomes.emplace_back(failure(
        ProviderError{ProviderError::Kind::closed, request.operation, "the store is closed"}));
  }
  job.post(hand_over(std::move(job.batch), std::move(outcomes), std::move(job.after)));
}

}  // namespace duroxide::postgres
