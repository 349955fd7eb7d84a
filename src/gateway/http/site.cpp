#include "gateway/http/site.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/http/page_files.hpp"
#include "gateway/json_text.hpp"

namespace duroxide::gateway::http {

namespace {

using nlohmann::json;

constexpr std::string_view api_path = "/api/v1/";

/// Nothing is loaded from elsewhere, nothing is run that is not a file of the page, and nobody else frames
/// it, keeps it or learns where it was.
HttpAnswer guarded(HttpAnswer answer) {
  constexpr std::array<std::pair<const char*, const char*>, 7> guards{
      {{"Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
        "'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
       {"X-Content-Type-Options", "nosniff"},
       {"X-Frame-Options", "DENY"},
       {"Referrer-Policy", "no-referrer"},
       {"Cross-Origin-Opener-Policy", "same-origin"},
       {"Cross-Origin-Resource-Policy", "same-origin"},
       {"Cache-Control", "no-store"}}};
  for (const auto& [name, value] : guards) {
    answer.headers.emplace_back(name, value);
  }
  return answer;
}

HttpAnswer not_found() {
  return {.status = 404, .body = "there is no such page\n"};
}

std::string type_of(std::string_view name) {
  return name.ends_with(".html")  ? "text/html; charset=utf-8"
         : name.ends_with(".css") ? "text/css; charset=utf-8"
         : name.ends_with(".js")  ? "text/javascript; charset=utf-8"
                                  : "image/svg+xml";
}

HttpAnswer page_file(std::string_view path) {
  if (!path.starts_with('/')) {
    return not_found();  // such as the `*` of a request that is about no path
  }
  const std::string_view name = path == "/" ? "index.html" : path.substr(1);
  const auto files = page_files();
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const PageFile& each) { return each.name == name; });
  return found == files.end()
             ? not_found()
             : HttpAnswer{.type = type_of(name), .body = std::string(found->contents)};
}

std::string_view code_of(const HttpRequest& request) {
  const auto found = std::find_if(request.query.begin(), request.query.end(),
                                  [](const auto& each) { return each.first == "code"; });
  return found == request.query.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

Site::Site(Access access, ApiSetup api) : access_(std::move(access)), api_(std::move(api)) {}

std::optional<HttpAnswer> Site::refusal(const HttpRequest& head) {
  auto refused = refusal_of(head);
  return refused ? std::optional(guarded(std::move(*refused))) : std::nullopt;
}

HttpAnswer Site::answer(const HttpRequest& request) {
  return guarded(answer_of(request));
}

std::optional<HttpAnswer> Site::refusal_of(const HttpRequest& head) {
  if (auto refused = access_.refusal_of_place(head)) {
    return refused;
  }
  const std::string_view path = access_.plain_path(head.path);
  const bool is_open_to_all = path == "/healthz" || path == "/enter";
  if (!is_open_to_all) {
    if (auto refused = access_.refusal_of_person(head)) {
      return refused;
    }
  }
  if (path == "/api/v1/link") {
    return head.method == "POST"
               ? std::nullopt
               : std::optional(HttpAnswer{
                     .status = 405, .body = "POST it\n", .headers = {{"Allow", "POST"}}});
  }
  if (path.starts_with(api_path)) {
    return api_.refusal(head, path.substr(api_path.size()));
  }
  if (path == "/enter" && head.method != "GET") {  // a link is not used up by who only looks at it
    return HttpAnswer{.status = 405, .body = "GET it\n", .headers = {{"Allow", "GET"}}};
  }
  if (head.method != "GET" && head.method != "HEAD") {
    return HttpAnswer{
        .status = 405, .body = "only looked at\n", .headers = {{"Allow", "GET, HEAD"}}};
  }
  return std::nullopt;
}

HttpAnswer Site::answer_of(const HttpRequest& request) {
  const std::string_view path = access_.plain_path(request.path);
  if (path == "/healthz") {
    return {.body = "ok\n"};
  }
  if (path == "/readyz") {
    return api_.readiness(request);
  }
  if (path == "/metrics") {
    return api_.metrics(request);
  }
  if (path == "/enter") {
    return access_.enter(code_of(request));
  }
  if (path == "/api/v1/link") {
    return {.type = "application/json", .body = json{{"link", access_.new_link()}}.dump() + "\n"};
  }
  if (path.starts_with(api_path)) {
    return api_.answer(request, path.substr(api_path.size()));
  }
  return page_file(path);
}

}  // namespace duroxide::gateway::http
