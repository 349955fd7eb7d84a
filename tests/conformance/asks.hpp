#pragma once

// How a partner asks. Only for the files that define this for each request.

#include <utility>

#include "conformance/world.hpp"

namespace duroxide::conformance {

template <class Response, class Request, class Receiver>
Pending<Response> Partner::ask_actor(const Receiver& receiver, Request request) {
  Pending<Response> pending;
  tell([receiver, request = std::move(request),
        state = pending.state_](caf::event_based_actor* self) {
    actors::ask(
        self, receiver, request, [state](const Response& response) { state->value = response; },
        [state] { state->gone = true; });
  });
  return pending;
}

template <class Response, class Request>
Pending<Response> Partner::ask_management(const ManagementActor& management, Request request) {
  return ask_actor<Response>(management, std::move(request));
}

}  // namespace duroxide::conformance
