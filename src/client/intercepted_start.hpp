#pragma once

#include <memory>
#include <string_view>

#include <duroxide/client.hpp>

#include "client/client_errors.hpp"
#include "model/interceptors.hpp"

namespace duroxide::client {

/// What the interceptors of a client say to a start; the headers are as they leave them.
[[nodiscard]] Checked intercept_start(model::Interceptors& interceptors, InterceptedStart start);

/// `on_started`, behind which the interceptors are told.
[[nodiscard]] Client::OnStarted telling(std::shared_ptr<model::Interceptors> interceptors,
                                        std::string_view instance, Client::OnStarted on_started);

}  // namespace duroxide::client
