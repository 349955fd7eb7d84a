#include "replay/running.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

thread_local const ExecutionCore* execution_here = nullptr;

}  // namespace

RunsHere::RunsHere(const ExecutionCore& core) noexcept
    : before_(std::exchange(execution_here, &core)) {}

RunsHere::~RunsHere() {
  execution_here = before_;
}

bool runs_here(const ExecutionCore* core) noexcept {
  return core != nullptr && core == execution_here;
}

ExecutionCore& require_running(ExecutionCore* core) {
  if (core != nullptr && core == execution_here) {
    return *core;
  }
  if (execution_here != nullptr) {
    throw std::logic_error(
        "the context of one instance was used by the code of another: an orchestration uses the "
        "context "
        "that it was given, and sends messages to others");
  }
  throw std::logic_error(
      "the context of an orchestration was used outside of its code: on another thread, in an "
      "activity, or "
      "after the code had ended. Only the code itself may use it, while it runs; give others what "
      "they need "
      "as values");
}

void require_own_future(const ExecutionCore* owner, const char* name) {
  if (owner != execution_here) {
    throw std::logic_error(
        std::string("a future was awaited that belongs to another instance, or to an "
                    "execution that has ended: ") +
        name + ". Wait for another instance by an event, or by a child");
  }
}

}  // namespace duroxide::DUROXIDE_ABI::detail
