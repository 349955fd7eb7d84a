#include <duroxide/executor.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "model/lent_thread.hpp"
#include "model/process_mark.hpp"

namespace duroxide::DUROXIDE_ABI {

class Executor::Place {
 public:
  Place() = default;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  virtual ~Place() = default;
  virtual void post(Task task) = 0;
};

class Executor::Posting final : public Place {
 public:
  explicit Posting(Post function) : post_(std::move(function)) {}
  void post(Task task) override { post_(std::move(task)); }

 private:
  Post post_;
};

class Executor::Pool final : public Place {
 public:
  explicit Pool(std::size_t threads) {
    try {
      for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
        threads_.emplace_back([queue = queue_] { queue->run(); });
      }
    } catch (...) {
      end();  // those that were started
      throw;
    }
  }
  ~Pool() override { end(); }

  void post(Task task) override {
    if (process_.is_foreign()) {
      task();  // the threads are not here
    } else {
      queue_->add(std::move(task));
    }
  }

 private:
  /// Its threads keep it: the last copy of the pool may be dropped by one of them.
  class Queue {
   public:
    void add(Task task) {
      {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
      }
      came_.notify_one();
    }
    void close() {
      {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
      }
      came_.notify_all();
    }
    /// Until it is closed and empty.
    void run() {
      std::unique_lock lock(mutex_);
      for (;;) {
        came_.wait(lock, [this] { return is_closed_ || !tasks_.empty(); });
        if (tasks_.empty()) {
          return;
        }
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        task = nullptr;  // what dies with it may post again
        lock.lock();
      }
    }

   private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::deque<Task> tasks_;
    bool is_closed_ = false;
  };

  void end() {
    if (process_.is_foreign()) {
      // Another process has these threads: they can be neither waited for nor let go, and the lock of the
      // queue may be held for ever. So both stay as they are.
      (void)new Left{std::move(queue_), std::move(threads_)};
      return;
    }
    queue_->close();
    // A thread that is lent to user code must not wait: a task may wait for the engine, whose thread it is.
    const bool may_wait = model::LentThread::lent_to() == nullptr;
    for (std::thread& each : threads_) {
      if (!may_wait || each.get_id() == std::this_thread::get_id()) {
        each.detach();
      } else {
        each.join();
      }
    }
  }

  /// What is never destroyed.
  struct Left {
    std::shared_ptr<Queue> queue;
    std::vector<std::thread> threads;
  };

  model::ProcessMark process_;
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
  std::vector<std::thread> threads_;
};

Executor Executor::pool(std::size_t threads) {
  return Executor(std::make_shared<Pool>(threads));
}

Executor Executor::posting(Post post) {
  return Executor(std::make_shared<Posting>(std::move(post)));
}

void Executor::post(Task task) const {
  if (place_ == nullptr) {
    task();
  } else {
    place_->post(std::move(task));
  }
}

}  // namespace duroxide::DUROXIDE_ABI
