#include "client/intercepted_start.hpp"

#include <string>
#include <utility>

#include "model/limits.hpp"

namespace duroxide::client {

Checked intercept_start(model::Interceptors& interceptors, InterceptedStart start) {
  if (Admission admitted = interceptors.before_start(start); !admitted) {
    return failure(ClientError{ClientError::Kind::start_refused,
                               "the start of instance " + std::string(start.instance) +
                                   " is refused: " + admitted.error().message});
  }
  return model::check_headers(start.headers).map_error([](model::Flaw flaw) {
    return ClientError{ClientError::Kind::invalid_input,
                       "an interceptor has changed the headers, and " + flaw.what};
  });
}

Client::OnStarted telling(std::shared_ptr<model::Interceptors> interceptors,
                          std::string_view instance, Client::OnStarted on_started) {
  return [interceptors = std::move(interceptors), instance = std::string(instance),
          on_started = std::move(on_started)](Client::Started started) {
    interceptors->after_start(instance, started ? nullptr : &started.error());
    on_started(std::move(started));
  };
}

}  // namespace duroxide::client
