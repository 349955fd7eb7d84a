#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/codec.hpp>
#include <duroxide/errors.hpp>

namespace duroxide::DUROXIDE_ABI {

/// The name of a sort of error with the type of its data, declared once:
///
///     inline constexpr ErrorType<Declined> declined{"Declined"};
///
/// An activity or orchestration throws `declined("the card is blocked", data)`, and whoever catches the
/// failure, or reads how an instance has ended, asks `declined.in(details)`. The name must outlive the
/// handle, as a literal does.
template <class T>
class ErrorType {
 public:
  constexpr explicit ErrorType(std::string_view name) : name_(name) {}
  [[nodiscard]] constexpr std::string_view name() const { return name_; }

  /// The error with its data; call `do_not_retry()` on it if another attempt would come to the same.
  /// Throws `PayloadError` if the data cannot be encoded.
  [[nodiscard]] ApplicationError operator()(const std::string& message, const T& data) const {
    return ApplicationError(message).data({std::string(name_), detail::encode_or_throw(data)});
  }

  /// The data, if the error is of this sort. None also for data that has become unreadable: see
  /// `ErrorDetails::data` for its text.
  [[nodiscard]] std::optional<T> in(const ErrorDetails& error) const {
    if (!error.data || error.data->type != name_) {
      return std::nullopt;
    }
    auto data = decode_payload<T>(error.data->payload);
    return data ? std::optional<T>(std::move(*data)) : std::nullopt;
  }

 private:
  std::string_view name_;
};

}  // namespace duroxide::DUROXIDE_ABI
