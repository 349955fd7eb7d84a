#pragma once

#include <string_view>

#include "gateway/http/access.hpp"
#include "gateway/http/api.hpp"
#include "gateway/http/message.hpp"

namespace duroxide::gateway::http {

/// All that is served: the page, the JSON calls, and what monitoring asks for.
class Site final : public HttpHandler {
 public:
  Site(Access access, ApiSetup api);

  [[nodiscard]] std::optional<HttpAnswer> refusal(const HttpRequest& head) override;
  [[nodiscard]] HttpAnswer answer(const HttpRequest& request) override;

  [[nodiscard]] std::string new_link() { return access_.new_link(); }

 private:
  [[nodiscard]] std::optional<HttpAnswer> refusal_of(const HttpRequest& head);
  [[nodiscard]] HttpAnswer answer_of(const HttpRequest& request);

  Access access_;
  Api api_;
};

}  // namespace duroxide::gateway::http
