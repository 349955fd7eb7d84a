#pragma once

// The names of enumerators and alternatives in JSON, both ways.

#include <array>
#include <concepts>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management_types.hpp>

#include "model/json.hpp"

namespace duroxide::model {

/// Enumerators 0 to `last`, by a function that names them.
template <class T, T last, auto name_of>
struct EnumNames {
  [[nodiscard]] static std::string_view of(T value) { return name_of(value); }
  [[nodiscard]] static std::optional<T> find(std::string_view name) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
      if (name_of(static_cast<T>(i)) == name) {
        return static_cast<T>(i);
      }
    }
    return std::nullopt;
  }
};

[[nodiscard]] inline std::string_view name_of_origin(ErrorOrigin::Kind kind) {
  return kind == ErrorOrigin::Kind::activity ? "activity" : "orchestration";
}

template <class T>
struct Names;
template <>
struct Names<ErrorCategory>
    : EnumNames<ErrorCategory, ErrorCategory::poison,
                static_cast<std::string_view (*)(ErrorCategory)>(&to_string)> {};
template <>
struct Names<ErrorKind> : EnumNames<ErrorKind, ErrorKind::cancellation_ignored,
                                    static_cast<std::string_view (*)(ErrorKind)>(&to_string)> {};
template <>
struct Names<ErrorOrigin::Kind>
    : EnumNames<ErrorOrigin::Kind, ErrorOrigin::Kind::orchestration, &name_of_origin> {};
template <>
struct Names<ExecutionStatus>
    : EnumNames<ExecutionStatus, ExecutionStatus::cancelled,
                static_cast<std::string_view (*)(ExecutionStatus)>(&to_string)> {};

template <class T>
concept NamedEnum = requires(T value) {
  Names<T>::of(value);
};

[[nodiscard]] inline std::string_view type_name(const EventKind& kind) {
  return event_type(kind);
}
[[nodiscard]] inline std::string_view type_name(const WorkItem& item) {
  return work_item_type(item);
}

/// A fresh alternative of that name.
template <class Variant>
[[nodiscard]] std::optional<Variant> alternative_of(std::string_view name) {
  std::optional<Variant> found;
  const auto try_all = [&]<std::size_t... i>(std::index_sequence<i...>) {
    const auto is_it = [&](Variant fresh) {
      if (type_name(fresh) == name) {
        found = std::move(fresh);
      }
      return found.has_value();
    };
    (void)(is_it(Variant(std::in_place_index<i>)) || ...);
  };
  try_all(std::make_index_sequence<std::variant_size_v<Variant>>());
  return found;
}

}  // namespace duroxide::model
