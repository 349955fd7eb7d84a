#pragma once

#include <utility>

#include "replay/execution_core.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

/// As long as this lives, a function runs that must not use the context: replay does not call it, or not
/// at the same place, and would miss what it decides.
class ExecutionCore::InPureCode {
 public:
  InPureCode(ExecutionCore& core, PureCode code)
      : core_(core), outer_(std::exchange(core.pure_code_, code)) {}
  InPureCode(const InPureCode&) = delete;
  InPureCode& operator=(const InPureCode&) = delete;
  ~InPureCode() { core_.pure_code_ = outer_; }

 private:
  ExecutionCore& core_;
  PureCode outer_;
};

}  // namespace duroxide::DUROXIDE_ABI::detail
