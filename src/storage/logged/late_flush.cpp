#include "storage/logged/late_flush.hpp"

#include <exception>

namespace duroxide::storage {

LateFlush::LateFlush(std::mutex& mutex, CommitLog& log, Breakdown& breakdown)
    : mutex_(mutex), log_(log), breakdown_(breakdown), thread_([this] { run(); }) {}

LateFlush::~LateFlush() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void LateFlush::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return stopping_ || log_.flushed() < log_.appended().number; });
    changed_.wait_for(lock, delay, [this] { return stopping_; });
    if (stopping_) {
      return;
    }
    try {
      log_.flush();
    } catch (const std::exception& failed) {
      breakdown_.note(failed.what());
      return;
    }
  }
}

}  // namespace duroxide::storage
