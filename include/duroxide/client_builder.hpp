#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <duroxide/client.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/interceptor.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Makes a client step by step. Setters chain: `ClientBuilder().with_provider(store).build()`. Not to
/// be used from several threads at once.
class DUROXIDE_API ClientBuilder {
 public:
  /// The store to control. Needed.
  ClientBuilder& with_provider(Store store) {
    provider_ = std::move(store);
    return *this;
  }
  /// The store to read management from: the same, or a replica. Without this the client has no
  /// management, whatever its store offers.
  ClientBuilder& with_management(Store store) {
    management_ = std::move(store);
    return *this;
  }
  /// See `Client::with_interceptor`. Several go in this order.
  ClientBuilder& with_interceptor(std::shared_ptr<Interceptor> interceptor) {
    interceptors_.push_back(std::move(interceptor));
    return *this;
  }
  /// Errors: `invalid_input` without a provider.
  [[nodiscard]] Result<Client, ClientError> build() const;

 private:
  std::optional<Store> provider_;
  std::optional<Store> management_;
  std::vector<std::shared_ptr<Interceptor>> interceptors_;
};

}  // namespace duroxide::DUROXIDE_ABI
