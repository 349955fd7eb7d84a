#include "protocol/watched_code.hpp"

#include <utility>

namespace duroxide::DUROXIDE_ABI::actors {

namespace {
thread_local std::shared_ptr<WatchedThread> this_thread;
}  // namespace

void WatchedThread::begin(std::shared_ptr<WatchedThread> of_this_thread) {
  this_thread = std::move(of_this_thread);
}

void WatchedThread::enter(const MayBeOverdue& code) {
  const std::lock_guard lock(mutex_);
  if (depth_++ == 0) {
    code_ = &code;
    began_ = Clock::now();
    was_told_ = false;
  }
}

void WatchedThread::leave() {
  const std::lock_guard lock(mutex_);
  if (--depth_ == 0) {
    code_ = nullptr;
  }
}

bool WatchedThread::has_overdue(Clock::time_point latest) {
  const std::lock_guard lock(mutex_);
  return is_overdue(latest);
}

bool WatchedThread::was_told() {
  const std::lock_guard lock(mutex_);
  return code_ != nullptr && was_told_;
}

void WatchedThread::tell_overdue(Clock::time_point latest) {
  const std::lock_guard lock(mutex_);
  if (is_overdue(latest)) {
    was_told_ = true;
    code_->is_overdue(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_));
  }
}

WatchedCode::WatchedCode(const MayBeOverdue& code) : thread_(this_thread) {
  if (thread_) {
    thread_->enter(code);
  }
}

WatchedCode::~WatchedCode() {
  if (thread_) {
    thread_->leave();
  }
}

}  // namespace duroxide::DUROXIDE_ABI::actors
