#pragma once

#include <memory>
#include <string>

#include <duroxide/http_options.hpp>
#include <duroxide/result.hpp>

#include "gateway/http/carry_out.hpp"
#include "gateway/http/listener.hpp"
#include "gateway/http/server.hpp"
#include "gateway/http/site.hpp"
#include "model/wakeup.hpp"

namespace duroxide::gateway::http {

/// The page of a store, served until this is destroyed.
class Dashboard {
 public:
  /// `store` is its name, for people. Errors: `usage` for options that make no sense; `failed`.
  [[nodiscard]] static Result<std::unique_ptr<Dashboard>, CommandError> start(
      const HttpOptions& options, std::string store, CarryOut carry_out,
      const HttpLimits& limits = {});

  /// Ends what is under way, and waits for it.
  ~Dashboard();
  Dashboard(const Dashboard&) = delete;
  Dashboard& operator=(const Dashboard&) = delete;

  /// What opens it: a link that is good once, or the path of the socket.
  [[nodiscard]] const std::string& link() const { return link_; }

 private:
  Dashboard(Listener listener, const HttpOptions& options, std::string store, CarryOut carry_out,
            const HttpLimits& limits);

  Listener listener_;
  model::Wakeup stop_;
  Site site_;
  std::string link_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace duroxide::gateway::http
