#pragma once

#include <cstddef>
#include <memory>

#include <duroxide/clock.hpp>
#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"
#include "gateway/http/message.hpp"
#include "model/file_descriptor.hpp"

namespace duroxide::gateway::http {

/// What others can take of the server.
struct HttpLimits {
  /// Served at once, each by a thread; more wait, or are cut off.
  std::size_t connections = 64;
  /// Of those, how many may follow what happens, or wait for what the code of an instance answers.
  std::size_t followers = 16;
  /// Of a request without its body, and twice that in memory.
  std::size_t head_bytes = std::size_t{32} << 10;
  std::size_t body_bytes = std::size_t{8} << 20;
  /// How long a peer may take to send its request.
  Milliseconds patience{10'000};
  /// How long a peer may take none of its answer.
  Milliseconds idle{30'000};
};

/// Serves HTTP/1.1, one request a connection. Requests that are no HTTP, or too large, are answered with
/// 4xx or cut off before any handler sees them.
class HttpServer {
 public:
  /// `listening` is bound and listens; `handler` outlives the server. Errors: `failed`; also if this build
  /// has no HTTP.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>, CommandError> start(
      model::FileDescriptor listening, HttpHandler& handler, const HttpLimits& limits = {});

  /// Closes all streams and connections, and waits for the answers that are being made.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace duroxide::gateway::http
