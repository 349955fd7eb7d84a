#include "model/lent_thread.hpp"

#include <utility>

namespace duroxide::model {

namespace {
thread_local const char* thread_is_lent_to = nullptr;
}  // namespace

LentThread::LentThread(const char* to) : before_(std::exchange(thread_is_lent_to, to)) {}

LentThread::~LentThread() {
  thread_is_lent_to = before_;
}

const char* LentThread::lent_to() {
  return thread_is_lent_to;
}

}  // namespace duroxide::model
