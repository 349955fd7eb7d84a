#pragma once

#include <string>
#include <string_view>

#include <duroxide/result.hpp>

#include "tracing/collector_address.hpp"
#include "tracing/end_signal.hpp"

namespace duroxide::tracing {

/// Why a request was not taken, in a sentence, and whether it may be if it is tried again.
struct Refusal {
  std::string why;
  bool may_pass;
};

/// Posts JSON over HTTP/1.1, one connection for each request, and understands of the answer its status. Of
/// one thread.
///
/// By hand, as that is all that is needed of HTTP here, and a library for all of it would bring what it
/// needs for the rest into every program.
class HttpPost {
 public:
  /// `end` must outlive it.
  HttpPost(CollectorAddress address, const EndSignal& end)
      : address_(std::move(address)), end_(&end) {}

  using Answered = Result<int, Refusal>;

  /// The status of the answer, from 200 on. If there is none, it is not known whether the request has
  /// arrived.
  [[nodiscard]] Answered post(std::string_view json, EndSignal::SteadyTime until);

  [[nodiscard]] const std::string& authority() const { return address_.authority; }

 private:
  using SteadyTime = EndSignal::SteadyTime;
  using Connected = Result<model::FileDescriptor, std::string>;

  [[nodiscard]] Connected connect(SteadyTime until) const;
  [[nodiscard]] Connected connect(const LoopbackAddress& address, SteadyTime until) const;
  /// False if the peer takes no more, or time is up.
  [[nodiscard]] bool send(int socket, SteadyTime until) const;
  [[nodiscard]] Answered receive_status(int socket, SteadyTime until) const;

  CollectorAddress address_;
  const EndSignal* end_;
  std::string request_;  ///< kept for its memory
};

}  // namespace duroxide::tracing
