#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What a runtime serves to browsers and to monitoring, on this machine alone: a page that shows the store
/// (the dashboard), the JSON calls that it is made of, and `/healthz`, `/readyz` and `/metrics`. Without
/// `unix_socket` it listens on 127.0.0.1, which every user of the machine reaches: so every request but
/// `/healthz` needs the token, or the cookie that the one-time link gives. Setters chain.
class HttpOptions {
 public:
  HttpOptions() {}  // NOLINT: not an aggregate, see the guide on compiler hazards

  /// On loopback. Default: one that is free, which the link names.
  HttpOptions& port(std::uint16_t value) {
    port_ = value;
    return *this;
  }
  /// A Unix socket of this path instead, of mode 0600. No token is needed there: the user of this
  /// process, and root, are answered, and nobody else is. Its path has at most 107 bytes.
  HttpOptions& unix_socket(std::filesystem::path value) {
    unix_socket_ = std::move(value);
    return *this;
  }
  /// Whether instances can be acted on: raise, cancel, pause, rewind, delete and so on. Default: only
  /// looked at.
  HttpOptions& actions(bool value) {
    actions_ = value;
    return *this;
  }
  /// What programs send as `Authorization: Bearer …`: 16 to 512 visible ASCII characters. Default: one
  /// that nobody knows, so that only the link opens the page.
  HttpOptions& token(std::string value) {
    token_ = std::move(value);
    return *this;
  }
  /// Called once it listens, on the thread that starts the runtime, with the link that opens the page
  /// once, within ten minutes; for a Unix socket with its path. It must not throw. Default: a record of
  /// the log, of level `warn`, so that it is seen.
  HttpOptions& on_link(std::function<void(const std::string& link)> value) {
    on_link_ = std::move(value);
    return *this;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::filesystem::path& unix_socket() const { return unix_socket_; }
  [[nodiscard]] bool actions() const { return actions_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] const std::function<void(const std::string& link)>& on_link() const {
    return on_link_;
  }

  /// What is wrong with them, for people; nothing if they make sense.
  [[nodiscard]] std::optional<std::string_view> problem() const {
    constexpr std::size_t least_token = 16;
    constexpr std::size_t most_token = 512;
    if (!token_.empty() &&
        (token_.size() < least_token || token_.size() > most_token || !is_visible(token_))) {
      return "http: a token has 16 to 512 visible ASCII characters";
    }
    if (!unix_socket_.empty() && (port_ != 0 || !token_.empty())) {
      return "http: a Unix socket has neither a port nor a token";
    }
    return std::nullopt;
  }

 private:
  static bool is_visible(std::string_view text) {
    for (const char each : text) {
      if (each <= ' ' || each > '~') {
        return false;
      }
    }
    return true;
  }

  std::uint16_t port_ = 0;
  std::filesystem::path unix_socket_;
  bool actions_ = false;
  std::string token_;
  std::function<void(const std::string& link)> on_link_;
};

}  // namespace duroxide::DUROXIDE_ABI
