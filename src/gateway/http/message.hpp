#pragma once

// Requests and answers of HTTP, whatever library carries them.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duroxide::gateway::http {

/// All of it came from anybody.
struct HttpRequest {
  std::string method;
  std::string path;                                         ///< decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;   ///< decoded
  std::map<std::string, std::string, std::less<>> headers;  ///< by their names in small letters
  bool repeats_header = false;  ///< some header came twice; only the first is in `headers`
  std::string body;
  /// The descriptor of the connection: it hangs up when its peer leaves. -1 if there is none.
  int connection = -1;
  /// Of a Unix socket: whether its peer is the user of this process, or root.
  bool is_from_owner = false;

  /// Empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

/// The body of an answer that goes on for as long as somebody reads it.
class HttpStream {
 public:
  HttpStream() = default;
  virtual ~HttpStream() = default;
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;

  /// Waits for the next piece, for some seconds at most; nothing at its end. Called by one thread.
  virtual std::optional<std::string> next() = 0;
  /// Ends it: `next` returns soon, with nothing. From any thread.
  virtual void close() = 0;
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpAnswer {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body{};
  HttpHeaders headers{};
  std::unique_ptr<HttpStream> stream{};  ///< instead of `body`, if there is one
};

/// What answers requests. Called by several threads at a time; it may throw, which is answered with 500.
class HttpHandler {
 public:
  HttpHandler() = default;
  virtual ~HttpHandler() = default;
  HttpHandler(const HttpHandler&) = delete;
  HttpHandler& operator=(const HttpHandler&) = delete;

  /// Looks at a request whose body was not read yet: an answer if it is not to be read at all.
  [[nodiscard]] virtual std::optional<HttpAnswer> refusal(const HttpRequest& head) = 0;
  [[nodiscard]] virtual HttpAnswer answer(const HttpRequest& request) = 0;
};

}  // namespace duroxide::gateway::http
