#pragma once

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

class ExecutionCore;

/// As long as it lives, the code of this execution, or its end, runs on this thread. Only its context may
/// be used here meanwhile: what another one points to may be in use on another thread, or gone. Within
/// another it is the inner one that counts.
class RunsHere {
 public:
  explicit RunsHere(const ExecutionCore& core) noexcept;
  RunsHere(const RunsHere&) = delete;
  RunsHere& operator=(const RunsHere&) = delete;
  ~RunsHere();

 private:
  const ExecutionCore* before_;
};

/// Whether it is this execution that runs here. It is not looked at, and may be gone.
[[nodiscard]] bool runs_here(const ExecutionCore* core) noexcept;

/// The core of a context that is used now. Throws `std::logic_error`, without having looked at it, if it is
/// not the one that runs here.
[[nodiscard]] ExecutionCore& require_running(ExecutionCore* core);

/// Throws `std::logic_error` if a future that is awaited now belongs to another execution than the one
/// that runs here.
void require_own_future(const ExecutionCore* owner, const char* name);

}  // namespace duroxide::DUROXIDE_ABI::detail
