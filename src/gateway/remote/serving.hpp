#pragma once

#include <string>
#include <string_view>

#include "model/file_descriptor.hpp"

namespace duroxide::gateway {

struct Service;

namespace remote {

/// Why a remote store that said this first cannot be served; empty if it can.
[[nodiscard]] std::string refusal_of(std::string_view first_line);

/// Tells a remote store why it is not served.
void turn_away(const model::FileDescriptor& peer, std::string_view reason);

/// Serves a remote store until it goes or the server stops: with one thread, however many of its requests
/// are open. `unread` is what came behind its first line. `peer` does not block. Throws
/// `std::runtime_error` when the peer sends what is no request, or takes nothing for too long.
void serve(model::FileDescriptor peer, std::string unread, Service& service);

}  // namespace remote
}  // namespace duroxide::gateway
