#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "model/invariant.hpp"

namespace duroxide::model {

template <class Signature>
class InlineFunction;

/// A function object that is kept in place, where `std::function` takes memory for all but the smallest:
/// there is one for the answer to each request, and one for each effect of a request. One of more than
/// `room` bytes takes memory too. Used like `std::function`, and empty if it is made of a function that is
/// not there; to call one that is empty is a bug of ours.
template <class Output, class... Inputs>
class InlineFunction<Output(Inputs...)> {
 public:
  /// The promise of an answer fits, and what refers to a few things.
  static constexpr std::size_t room = 56;

  InlineFunction() noexcept = default;
  InlineFunction(std::nullptr_t) noexcept {}  // NOLINT: as of `std::function`
  template <class Function>
  requires(!std::same_as<std::remove_cvref_t<Function>, InlineFunction> &&
           std::is_invocable_r_v<Output, std::decay_t<Function>&, Inputs...>)
      InlineFunction(Function&& function) {  // NOLINT: as of `std::function`
    using Given = std::decay_t<Function>;
    if constexpr (may_be_empty<Given> && !std::is_function_v<std::remove_reference_t<Function>>) {
      if (function == nullptr) {
        return;
      }
    }
    if constexpr (fits<Given>) {
      emplace<Given>(std::forward<Function>(function));
    } else {
      emplace<Elsewhere<Given>>(std::make_unique<Given>(std::forward<Function>(function)));
    }
  }
  InlineFunction(const InlineFunction& other) {
    if (other.operations_ != nullptr) {
      other.operations_->copy(other.place(), place());
      operations_ = other.operations_;
    }
  }
  InlineFunction(InlineFunction&& other) noexcept { take(other); }
  // NOLINTNEXTLINE(bugprone-unhandled-self-assignment): what is assigned is a copy
  InlineFunction& operator=(const InlineFunction& other) { return *this = InlineFunction(other); }
  InlineFunction& operator=(InlineFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~InlineFunction() { reset(); }

  [[nodiscard]] explicit operator bool() const noexcept { return operations_ != nullptr; }

  /// There must be a function.
  Output operator()(Inputs... inputs) const {
    DUROXIDE_INVARIANT(operations_ != nullptr, "a function that is called is there");
    return operations_->call(place(), std::forward<Inputs>(inputs)...);
  }

 private:
  struct Operations {
    Output (*call)(void* place, Inputs... inputs);
    void (*copy)(const void* from, void* to);
    void (*move)(void* from, void* to) noexcept;  ///< nothing is left at `from`
    void (*destroy)(void* place) noexcept;
  };

  /// What is too large.
  template <class Given>
  struct Elsewhere {
    explicit Elsewhere(std::unique_ptr<Given> function) noexcept : held(std::move(function)) {}
    Elsewhere(const Elsewhere& other) : held(std::make_unique<Given>(*other.held)) {}
    Elsewhere(Elsewhere&&) noexcept = default;
    Output operator()(Inputs... inputs) {
      return invoke<Given>(*held, std::forward<Inputs>(inputs)...);
    }

    std::unique_ptr<Given> held;
  };

  /// As `std::function` and pointers to functions.
  template <class Given>
  static constexpr bool may_be_empty = requires(const Given& given) {
    { given == nullptr } -> std::convertible_to<bool>;
  };

  template <class Given>
  static constexpr bool fits =
      sizeof(Given) <= room &&
      alignof(Given) <= alignof(void*) && std::is_nothrow_move_constructible_v<Given>;

  /// What the function returns beyond what is asked for is dropped.
  template <class Given>
  static Output invoke(Given& function, Inputs... inputs) {
    if constexpr (std::is_void_v<Output>) {
      static_cast<void>(function(std::forward<Inputs>(inputs)...));
    } else {
      return function(std::forward<Inputs>(inputs)...);
    }
  }

  template <class Kept>
  struct OperationsOf {
    static Output call(void* place, Inputs... inputs) {
      return invoke<Kept>(*static_cast<Kept*>(place), std::forward<Inputs>(inputs)...);
    }
    static void copy(const void* from, void* to) {
      ::new (to) Kept(*static_cast<const Kept*>(from));
    }
    static void move(void* from, void* to) noexcept {
      auto* const kept = static_cast<Kept*>(from);
      ::new (to) Kept(std::move(*kept));
      kept->~Kept();
    }
    static void destroy(void* place) noexcept { static_cast<Kept*>(place)->~Kept(); }

    static constexpr Operations table{&call, &copy, &move, &destroy};
  };

  template <class Kept, class Source>
  void emplace(Source&& source) {
    ::new (place()) Kept(std::forward<Source>(source));
    operations_ = &OperationsOf<Kept>::table;
  }
  void take(InlineFunction& other) noexcept {
    if (other.operations_ != nullptr) {
      other.operations_->move(other.place(), place());
      operations_ = std::exchange(other.operations_, nullptr);
    }
  }
  void reset() noexcept {
    if (operations_ != nullptr) {
      std::exchange(operations_, nullptr)->destroy(place());
    }
  }

  /// Its state is the function's own, as that of a `std::function` is: to call it may change that.
  [[nodiscard]] void* place() const noexcept { return place_.data(); }

  const Operations* operations_ = nullptr;
  alignas(void*) mutable std::array<std::byte, room> place_;
};

}  // namespace duroxide::model
