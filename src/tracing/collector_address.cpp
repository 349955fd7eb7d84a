#include "tracing/collector_address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <arpa/inet.h>

namespace duroxide::tracing {

namespace {

constexpr std::string_view scheme = "http://";
constexpr std::string_view usual_path = "/v1/traces";

LoopbackAddress version4(in_addr host, std::uint16_t port) {
  LoopbackAddress address{};
  address.version4 = {};
  address.version4.sin_family = AF_INET;
  address.version4.sin_addr = host;
  address.version4.sin_port = htons(port);
  return address;
}

LoopbackAddress version6(std::uint16_t port) {
  LoopbackAddress address{};
  address.version6 = {};  // the line above has set no more than its first member
  address.version6.sin6_family = AF_INET6;
  address.version6.sin6_addr = in6addr_loopback;
  address.version6.sin6_port = htons(port);
  return address;
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [read, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc() && read == end && port != 0 ? std::optional(port) : std::nullopt;
}

/// None if the host is no name of this machine's loopback.
std::vector<LoopbackAddress> addresses_of(std::string_view host, std::uint16_t port) {
  if (host == "[::1]") {
    return {version6(port)};
  }
  in_addr found{};
  found.s_addr = htonl(INADDR_LOOPBACK);
  if (host == "localhost") {
    return {version4(found, port), version6(port)};
  }
  constexpr std::uint32_t loopback_net = 127;
  const bool is_address = ::inet_pton(AF_INET, std::string(host).c_str(), &found) == 1;
  if (!is_address || ntohl(found.s_addr) >> 24U != loopback_net) {
    return {};
  }
  return {version4(found, port)};
}

/// What may stand in a request as it is.
bool may_stand_in_path(char each) {
  return each > ' ' && each <= '~' && each != '#';
}

}  // namespace

Result<CollectorAddress, std::string> parse_collector(const std::string& url) {
  const auto wrong = [&url](const std::string& what) {
    return failure("`" + url + "` is no address of a collector: " + what);
  };
  if (!url.starts_with(scheme)) {
    return wrong("it does not begin with `http://`, the only protocol that is spoken");
  }
  const std::string_view rest = std::string_view(url).substr(scheme.size());
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::string_view path = rest.substr(authority.size());
  const std::size_t colon = authority.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : port_of(authority.substr(colon + 1));
  if (!port) {
    return wrong("it has no port from 1 to 65535 behind its host; most collectors listen at 4318");
  }
  CollectorAddress address{std::string(authority), std::string(path.empty() ? usual_path : path),
                           addresses_of(authority.substr(0, colon), *port)};
  if (address.addresses.empty()) {
    return wrong(
        "its host is not this machine by `localhost`, `127.0.0.1` or `[::1]`, and spans are not "
        "sent "
        "over a network in plain text. Run a collector here that passes them on, or hand "
        "`Tracing::to` a function that does");
  }
  if (!std::all_of(path.begin(), path.end(), may_stand_in_path)) {
    return wrong("its path holds what has to be written as `%` and two digits");
  }
  return address;
}

}  // namespace duroxide::tracing
