#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <netinet/in.h>

#include <duroxide/result.hpp>

namespace duroxide::tracing {

/// An address of this machine's, of version 4 or 6.
union LoopbackAddress {
  sockaddr common;
  sockaddr_in version4;
  sockaddr_in6 version6;
};

/// Where a collector on this machine takes spans.
struct CollectorAddress {
  std::string authority;                   ///< host and port, as the URL has them
  std::string path;                        ///< begins with `/`
  std::vector<LoopbackAddress> addresses;  ///< to be tried in this order; at least one
};

/// Of `http://HOST:PORT/PATH`, where HOST is `localhost`, an address that begins with `127.`, or `[::1]`, so
/// that nobody has to be asked for it. Without a path it is `/v1/traces`. Errors: what is wrong, in a
/// sentence.
[[nodiscard]] Result<CollectorAddress, std::string> parse_collector(const std::string& url);

}  // namespace duroxide::tracing
