#include "gateway/http/access.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <utility>

#include "gateway/http/secrets.hpp"

namespace duroxide::gateway::http {

namespace {

constexpr std::string_view cookie_name = "duroxide";
/// More links or browsers than anybody has; the oldest go.
constexpr std::size_t most_kept = 16;

HttpAnswer refused(unsigned status, std::string why) {
  return {.status = status, .body = std::move(why) + "\n"};
}

constexpr std::chrono::minutes link_is_good_for{10};

template <class Kept>
void keep(std::deque<Kept>& kept, Kept more) {
  if (kept.size() == most_kept) {
    kept.pop_front();
  }
  kept.push_back(std::move(more));
}

/// Looks at all of them, so that the time tells nothing. `secret_of` gives the secret of each.
template <class Kept, class SecretOf = std::identity>
auto find_secret(const std::deque<Kept>& kept, std::string_view given, SecretOf secret_of = {}) {
  auto found = kept.end();
  for (auto each = kept.begin(); each != kept.end(); ++each) {
    if (is_same_secret(given, std::invoke(secret_of, *each))) {
      found = each;
    }
  }
  return found;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) {
    text.remove_prefix(1);
  }
  return text;
}

/// The host of `host:port`, if the port is made of digits or left out; else nothing.
std::optional<std::string_view> host_of(std::string_view authority) {
  const auto colon = authority.rfind(':');
  const bool is_address = authority.ends_with(']');
  if (colon == std::string_view::npos || is_address) {
    return authority;
  }
  const std::string_view port = authority.substr(colon + 1);
  const bool is_port = !port.empty() && std::all_of(port.begin(), port.end(), [](char each) {
    return each >= '0' && each <= '9';
  });
  return is_port ? std::optional(authority.substr(0, colon)) : std::nullopt;
}

bool is_loopback(std::string_view host) {
  constexpr std::array<std::string_view, 3> names{"127.0.0.1", "localhost", "[::1]"};
  return std::find(names.begin(), names.end(), host) != names.end();
}

}  // namespace

Access::Access(bool is_socket, std::uint16_t port, std::string token)
    : is_socket_(is_socket),
      port_(port),
      token_(std::move(token)),
      hidden_path_("/~" + new_secret() + "/") {}

Access::Access(Access&& other) noexcept
    : is_socket_(other.is_socket_),
      port_(other.port_),
      token_(std::move(other.token_)),
      hidden_path_(std::move(other.hidden_path_)),
      codes_(std::move(other.codes_)),
      sessions_(std::move(other.sessions_)) {}

Access Access::of_loopback(std::uint16_t port, std::string token) {
  return {false, port, std::move(token)};
}

Access Access::of_unix_socket() {
  return {true, 0, {}};
}

bool Access::is_own_host(std::string_view host) const {
  const auto name = host_of(host);
  // What is forwarded to a Unix socket may come by any port, but no browser is sent to loopback by a name
  // that is another's.
  return name && is_loopback(*name) &&
         (is_socket_ || host.substr(name->size()) == ":" + std::to_string(port_));
}

std::optional<HttpAnswer> Access::refusal_of_place(const HttpRequest& request) const {
  constexpr unsigned bad_request = 400;
  constexpr unsigned forbidden = 403;
  constexpr unsigned misdirected = 421;
  if (request.repeats_header) {
    return refused(bad_request, "a header came twice");
  }
  const std::string_view host = request.header("host");
  if (!is_own_host(host)) {
    return refused(
        misdirected,
        "this server is asked by the name of loopback (127.0.0.1, localhost) and its port");
  }
  const std::string_view origin = request.header("origin");
  if (!origin.empty() && origin != "http://" + std::string(host)) {
    return refused(forbidden, "a page of another origin is not answered");
  }
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") {
    return refused(forbidden, "a page of another site is not answered; copy the link instead");
  }
  return std::nullopt;
}

std::optional<HttpAnswer> Access::refusal_of_person(const HttpRequest& request) const {
  constexpr unsigned unauthorized = 401;
  constexpr unsigned forbidden = 403;
  if (is_socket_) {
    return request.is_from_owner
               ? std::nullopt
               : std::optional(
                     refused(forbidden, "only the user of the store, or root, is answered"));
  }
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view bearer = request.header("authorization");
  if (bearer.starts_with(scheme) && is_same_secret(bearer.substr(scheme.size()), token_)) {
    return std::nullopt;
  }
  if (has_session(request.header("cookie"))) {
    return std::nullopt;
  }
  HttpAnswer answer = refused(
      unauthorized,
      "the page opens by the link that was shown at the start, once; programs send the token");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

bool Access::has_session(std::string_view cookies) const {
  const std::lock_guard lock(mutex_);
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    const std::string_view cookie = trimmed(cookies.substr(0, end));
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    const auto equals = cookie.find('=');
    if (equals != std::string_view::npos && cookie.substr(0, equals) == cookie_name &&
        find_secret(sessions_, cookie.substr(equals + 1)) != sessions_.end()) {
      return true;
    }
  }
  return false;
}

std::string Access::new_link(Steady::time_point now) {
  std::string code = new_secret();
  std::string link = "http://127.0.0.1:" + std::to_string(port_) + "/enter?code=" + code;
  const std::lock_guard lock(mutex_);
  keep(codes_, Code{std::move(code), now});
  return link;
}

HttpAnswer Access::enter(std::string_view code, Steady::time_point now) {
  constexpr unsigned see_other = 303;
  constexpr unsigned gone = 410;
  const std::lock_guard lock(mutex_);
  std::erase_if(codes_, [&](const Code& each) { return now - each.made >= link_is_good_for; });
  const auto found = find_secret(codes_, code, &Code::secret);
  if (found == codes_.end()) {
    return refused(
        gone,
        "this link was used already, is older than ten minutes, or is none of this server's; a new "
        "one comes with the next start, or from POST /api/v1/link with the token");
  }
  codes_.erase(found);
  std::string session = new_secret();
  HttpAnswer answer{.status = see_other};
  answer.headers.emplace_back("Location", hidden_path_);
  answer.headers.emplace_back("Set-Cookie", std::string(cookie_name) + "=" + session + "; Path=" +
                                                hidden_path_ + "; HttpOnly; SameSite=Strict");
  keep(sessions_, std::move(session));
  return answer;
}

std::string_view Access::plain_path(std::string_view path) const {
  return path.starts_with(hidden_path_) ? path.substr(hidden_path_.size() - 1) : path;
}

}  // namespace duroxide::gateway::http
