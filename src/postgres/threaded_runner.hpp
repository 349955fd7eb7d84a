#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "postgres/membership.hpp"
#include "postgres/runner.hpp"
#include "postgres/session.hpp"

namespace duroxide::postgres {

/// Runs batches on threads of its own, each with a session.
class ThreadedRunner final : public Runner {
 public:
  /// `membership` is null for sessions that only read; one that writes has one thread. The threads begin at
  /// once; they connect when they have something to do.
  ThreadedRunner(const Target& target, std::size_t threads, std::shared_ptr<Membership> membership,
                 Milliseconds patience);
  ~ThreadedRunner() override;
  ThreadedRunner(const ThreadedRunner&) = delete;
  ThreadedRunner& operator=(const ThreadedRunner&) = delete;

  using Runner::run;
  void run(Batch batch, Post post, std::function<void()> after) override;
  void close() override;

 private:
  struct Job {
    Batch batch;
    Post post;
    std::function<void()> after;
  };

  void work(const Target& target);
  void carry_out(Job job, Session& session);
  static void refuse(Job job);

  std::shared_ptr<Membership> membership_;
  Milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable come_;
  std::deque<Job> jobs_;
  bool is_closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace duroxide::postgres
