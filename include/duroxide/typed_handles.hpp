#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI {

namespace detail {

template <class Signature>
struct HandleTraits {
  static_assert(!std::is_same_v<Signature, Signature>,
                "a handle is declared with a function type of at most one input, like "
                "`Activity<Receipt(Order)>`");
};
template <class Out>
struct HandleTraits<Out()> {
  using Output = Out;
  using Input = std::string;
  static constexpr bool takes_input = false;
};
template <class Out, class In>
struct HandleTraits<Out(In)> {
  using Output = Out;
  using Input = std::remove_cvref_t<In>;
  static constexpr bool takes_input = true;
};

}  // namespace detail

/// The name of an activity with its types, declared once:
///
///     inline constexpr Activity<Receipt(Order)> charge{"Charge"};
///
/// Register it and call it through the handle, and the compiler checks input and output. The name
/// must outlive the handle, as a literal does.
template <class Signature>
class Activity {
 public:
  using ActivityTag = void;
  using Output = typename detail::HandleTraits<Signature>::Output;
  using Input = typename detail::HandleTraits<Signature>::Input;
  static constexpr bool takes_input = detail::HandleTraits<Signature>::takes_input;

  constexpr explicit Activity(std::string_view name) : name_(name) {}
  [[nodiscard]] constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

/// The same for an orchestration: `inline constexpr Orchestration<Receipt(Order)> checkout{"Checkout"};`
template <class Signature>
class Orchestration {
 public:
  using OrchestrationTag = void;
  using Output = typename detail::HandleTraits<Signature>::Output;
  using Input = typename detail::HandleTraits<Signature>::Input;
  static constexpr bool takes_input = detail::HandleTraits<Signature>::takes_input;

  constexpr explicit Orchestration(std::string_view name) : name_(name) {}
  [[nodiscard]] constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

/// The same for the data of an external event: `inline constexpr ExternalEvent<Approval> approval{"Approval"};`
template <class T>
class ExternalEvent {
 public:
  using Data = T;

  constexpr explicit ExternalEvent(std::string_view name) : name_(name) {}
  [[nodiscard]] constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

/// The same for the messages of an event queue.
template <class T>
class EventQueue {
 public:
  using Data = T;

  constexpr explicit EventQueue(std::string_view name) : name_(name) {}
  [[nodiscard]] constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

/// The same for an update, with the types of what it takes and what it answers:
/// `inline constexpr Update<Item, Total> add_item{"AddItem"};`. `Out` may be void.
template <class In, class Out>
class Update {
 public:
  using Input = In;
  using Output = Out;

  constexpr explicit Update(std::string_view name) : name_(name) {}
  [[nodiscard]] constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

/// The same for a query: `inline constexpr Query<std::string, int> price_of{"PriceOf"};`.
template <class In, class Out>
class Query {
 public:
  using Input = In;
  using Output = Out;

  constexpr explicit Query(std::string_view name) : name_(name) {}
  [[nodiscard]] constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

template <class H>
concept TypedActivity = requires {
  typename H::ActivityTag;
};
template <class H>
concept TypedOrchestration = requires {
  typename H::OrchestrationTag;
};

}  // namespace duroxide::DUROXIDE_ABI
