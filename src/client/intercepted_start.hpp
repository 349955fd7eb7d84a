#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/client.hpp>

#include "client/client_errors.hpp"
#include "model/interceptors.hpp"

namespace duroxide::client {

/// What the interceptors of a client say to a start; the headers are as they leave them.
[[nodiscard]] Checked intercept_start(model::Interceptors& interceptors, InterceptedStart start);

/// `on_answer`, before which the interceptors are told; itself if none needs that. An answer is a
/// `Result`, whose error says why nothing was started.
template <typename Answer>
[[nodiscard]] std::function<void(Answer)> telling(std::shared_ptr<model::Interceptors> interceptors,
                                                  std::string_view instance,
                                                  std::function<void(Answer)> on_answer) {
  if (!interceptors || !interceptors->hooks().after_start) {
    return on_answer;
  }
  return [interceptors = std::move(interceptors), instance = std::string(instance),
          on_answer = std::move(on_answer)](Answer answer) {
    interceptors->after_start(instance, answer ? nullptr : &answer.error());
    on_answer(std::move(answer));
  };
}

}  // namespace duroxide::client
