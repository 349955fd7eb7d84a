#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <duroxide/codec.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/payload.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

/// What the code does with an update or a query, as the engine calls it: text in, text out. Both may throw.
struct UpdateHandler {
  /// Refuses by throwing, and changes nothing.
  std::function<void(const Payload&)> check;
  std::function<std::string(const Payload&)> handle;
};

template <class T>
concept IsResult = requires(const T& result) {
  typename T::value_type;
  typename T::error_type;
  result.has_value();
  result.error();
};

/// Whatever a handler or a validator has returned as its error.
template <class E>
ErrorDetails update_error(const E& error, const std::string& name) {
  if constexpr (std::is_same_v<E, ErrorDetails>) {
    return error;
  } else if constexpr (std::is_base_of_v<ApplicationError, E>) {
    return error.details(ErrorKind::orchestration_failed, name);
  } else if constexpr (TextPayload<E>) {
    return application_error(ErrorKind::orchestration_failed, std::string(std::string_view(error)),
                             name);
  } else {
    return application_error(ErrorKind::orchestration_failed, encode_or_throw(error), name);
  }
}

template <class R>
void throw_if_error(const R& returned, const std::string& name) {
  if (!returned) {
    throw OrchestrationError(update_error(returned.error(), name));
  }
}

template <class In>
In decode_update(const char* sort, const Payload& text, const std::string& name) {
  auto value = decode_payload<In>(text);
  if (!value) {
    throw PayloadError(
        std::string("the input of the ") + sort + " `" + name + "`: " + value.error(), name);
  }
  return std::move(*value);
}

/// The answer of a handler as `Out`; empty for void.
template <class Out, class R>
std::string encode_answer(R&& returned) {
  if constexpr (std::is_void_v<Out> || std::is_same_v<Out, Nothing>) {
    return {};
  } else {
    const Out& out = std::forward<R>(returned);
    return encode_or_throw(out);
  }
}

/// Whether `R`, or the value in it, will do as `Out`.
template <class Out, class R>
consteval bool answers_with() {
  if constexpr (std::is_void_v<Out> || std::is_same_v<Out, Nothing>) {
    return true;
  } else if constexpr (IsResult<R>) {
    return std::is_convertible_v<typename R::value_type, const Out&>;
  } else {
    return std::is_convertible_v<R, const Out&>;
  }
}

/// `sort` is `update` or `query`, and lives for ever. `handler` takes an `In` and returns an `Out`, or a `Result` of one with text, `ApplicationError` or
/// `ErrorDetails` as its error. `validator` takes an `In` and throws, or returns a `Result` of nothing.
template <class In, class Out, class F, class V>
UpdateHandler make_update_handler(const char* sort, std::string_view called, F handler,
                                  V validator) {
  constexpr bool takes_input = std::is_invocable_v<F&, const In&>;
  static_assert(takes_input,
                "the handler of an update or a query takes its input: `[&](const In& input)`");
  constexpr bool validates = std::is_invocable_v<V&, const In&>;
  static_assert(validates, "the validator of an update takes its input: `[&](const In& input)`");
  if constexpr (takes_input && validates) {
    using Returned = std::invoke_result_t<F&, const In&>;
    using Verdict = std::invoke_result_t<V&, const In&>;
    constexpr bool answers = answers_with<Out, Returned>();
    static_assert(answers,
                  "the handler of an update or a query returns something else than it answers");
    static_assert(std::is_void_v<Verdict> || IsResult<std::remove_cvref_t<Verdict>>,
                  "a validator refuses by throwing or by returning an error in a `Result`, and "
                  "returns nothing else");
    const std::string name(called);
    UpdateHandler made;
    made.check = [sort, name, validator = std::move(validator)](const Payload& input) mutable {
      const In decoded = decode_update<In>(sort, input, name);
      if constexpr (std::is_void_v<Verdict>) {
        validator(decoded);
      } else {
        throw_if_error(validator(decoded), name);
      }
    };
    made.handle = [sort, name,
                   handler = std::move(handler)](const Payload& input) mutable -> std::string {
      const In decoded = decode_update<In>(sort, input, name);
      if constexpr (std::is_void_v<Returned>) {
        handler(decoded);
        return {};
      } else if constexpr (IsResult<std::remove_cvref_t<Returned>>) {
        auto returned = handler(decoded);
        throw_if_error(returned, name);
        return encode_answer<Out>(std::move(*returned));
      } else {
        return encode_answer<Out>(handler(decoded));
      }
    };
    return made;
  } else {
    return {};
  }
}

}  // namespace duroxide::DUROXIDE_ABI::detail
