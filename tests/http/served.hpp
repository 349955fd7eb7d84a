#pragma once

// The dashboard of a store in memory, as it is served.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <duroxide/http_options.hpp>
#include <duroxide/memory_provider.hpp>

#include "gateway/commands.hpp"
#include "gateway/http/dashboard.hpp"
#include "http/peer.hpp"

namespace duroxide::testing {

inline const std::string right_token = "the-right-token-of-tests";

class Served {
 public:
  /// What stands around each command that is carried out.
  using Around = std::function<gateway::http::CarryOut(gateway::http::CarryOut)>;

  explicit Served(const HttpOptions& options = HttpOptions().token(right_token),
                  const gateway::http::HttpLimits& limits = {}, const Around& around = {}) {
    const auto in_use = std::make_shared<const gateway::StoreInUse>(store, true);
    const gateway::http::CarryOut carry_out = [in_use](const gateway::Request& request,
                                                       gateway::Sink& sink, int) {
      return gateway::run_command(*in_use, request.command, request.arguments, sink);
    };
    auto started = gateway::http::Dashboard::start(options, "tests",
                                                   around ? around(carry_out) : carry_out, limits);
    REQUIRE(started);
    dashboard = std::move(*started);
    const std::string link = dashboard->link();
    const std::string before = "http://127.0.0.1:";
    if (link.starts_with(before)) {
      port = static_cast<std::uint16_t>(std::stoul(link.substr(before.size())));
      host = link.substr(7, link.find('/', 7) - 7);
      code = link.substr(link.find("code=") + 5);
    }
  }

  /// With what every honest request has.
  [[nodiscard]] HeaderLines honest(HeaderLines more = {}) const {
    more.emplace_back("Host", host);
    return more;
  }
  [[nodiscard]] HeaderLines with_token(HeaderLines more = {}) const {
    more.emplace_back("Authorization", "Bearer " + right_token);
    return honest(std::move(more));
  }
  [[nodiscard]] Reply ask(const std::string& method, const std::string& path,
                          const HeaderLines& headers, const std::string& body = {}) const {
    const Peer peer(port);
    REQUIRE(peer.is_connected());
    peer.send(request_bytes(method, path, headers, body));
    return read_reply(peer.rest());
  }
  [[nodiscard]] Reply get(const std::string& path) const { return ask("GET", path, with_token()); }
  [[nodiscard]] Reply post(const std::string& path, const std::string& body) const {
    return ask("POST", path, with_token({{"Content-Type", "application/json"}}), body);
  }

  Store store = MemoryProvider::create();
  std::unique_ptr<gateway::http::Dashboard> dashboard;
  std::uint16_t port = 0;
  std::string host;  ///< and port
  std::string code;  ///< of the link
};

}  // namespace duroxide::testing
