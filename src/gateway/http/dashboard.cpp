#include "gateway/http/dashboard.hpp"

#include <exception>
#include <utility>

namespace duroxide::gateway::http {

namespace {

Access access_of(const HttpOptions& options, const Listener& listener) {
  return options.unix_socket().empty() ? Access::of_loopback(listener.port(), options.token())
                                       : Access::of_unix_socket();
}

}  // namespace

Dashboard::Dashboard(Listener listener, const HttpOptions& options, std::string store,
                     CarryOut carry_out, const HttpLimits& limits)
    : listener_(std::move(listener)),
      site_(access_of(options, listener_), ApiSetup{.carry_out = std::move(carry_out),
                                                    .store = std::move(store),
                                                    .actions = options.actions(),
                                                    .followers = limits.followers,
                                                    .stop = stop_.file()}),
      link_(options.unix_socket().empty() ? site_.new_link() : options.unix_socket().string()) {}

Dashboard::~Dashboard() {
  stop_.raise();
  server_.reset();
}

Result<std::unique_ptr<Dashboard>, CommandError> Dashboard::start(const HttpOptions& options,
                                                                  std::string store,
                                                                  CarryOut carry_out,
                                                                  const HttpLimits& limits) {
  if (const auto problem = options.problem()) {
    return failure(usage_error(std::string(*problem)));
  }
  try {
    auto listener = options.unix_socket().empty() ? Listener::on_loopback(options.port())
                                                  : Listener::on_unix_socket(options.unix_socket());
    if (!listener) {
      return failure(std::move(listener).error());
    }
    std::unique_ptr<Dashboard> dashboard(new Dashboard(
        std::move(*listener), options, std::move(store), std::move(carry_out), limits));
    auto server = HttpServer::start(dashboard->listener_.take_socket(), dashboard->site_, limits);
    if (!server) {
      return failure(std::move(server).error());
    }
    dashboard->server_ = std::move(*server);
    return dashboard;
  } catch (const std::exception& failed) {
    return failure(CommandError{CommandError::Kind::failed,
                                std::string("HTTP cannot be served: ") + failed.what()});
  }
}

}  // namespace duroxide::gateway::http
