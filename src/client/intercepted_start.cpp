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

}  // namespace duroxide::client
