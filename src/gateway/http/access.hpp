#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/message.hpp"

namespace duroxide::gateway::http {

/// Who is answered. On loopback: who has the token, or a cookie that was given for a one-time link. On a
/// Unix socket: its owner. And in any case only who knows where it is, and is no page of another origin.
/// Thread-safe.
class Access {
 public:
  /// On loopback, at this port. Without a token only links let anybody in.
  [[nodiscard]] static Access of_loopback(std::uint16_t port, std::string token);
  [[nodiscard]] static Access of_unix_socket();
  Access(Access&& other) noexcept;

  /// An answer for a request that came by a name that is none of this server's, as a browser sends it
  /// whose name server was made to lie, or from a page of another origin.
  [[nodiscard]] std::optional<HttpAnswer> refusal_of_place(const HttpRequest& request) const;
  /// An answer for whoever may not see anything.
  [[nodiscard]] std::optional<HttpAnswer> refusal_of_person(const HttpRequest& request) const;

  using Steady = std::chrono::steady_clock;

  /// A link that opens the page, once, within ten minutes. Of those that were not used the last few are
  /// good.
  [[nodiscard]] std::string new_link(Steady::time_point now = Steady::now());
  /// What becomes of a link: its code is taken, and the cookie given for it.
  [[nodiscard]] HttpAnswer enter(std::string_view code, Steady::time_point now = Steady::now());

  /// The path of a request without the hidden beginning that it has for whoever came by a link.
  [[nodiscard]] std::string_view plain_path(std::string_view path) const;

 private:
  Access(bool is_socket, std::uint16_t port, std::string token);

  [[nodiscard]] bool has_session(std::string_view cookies) const;
  [[nodiscard]] bool is_own_host(std::string_view host) const;

  /// Of a link that was not used.
  struct Code {
    std::string secret;
    Steady::time_point made;
  };

  bool is_socket_;
  std::uint16_t port_;
  std::string token_;
  /// Such as `/~abc/`. Browsers send a cookie to all ports of a host, so also to servers of other users of
  /// the machine, but only to this path, which those do not know.
  std::string hidden_path_;
  mutable std::mutex mutex_;
  std::deque<Code> codes_;
  std::deque<std::string> sessions_;  ///< values of cookies
};

}  // namespace duroxide::gateway::http
