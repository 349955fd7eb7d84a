#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI {

class Payload;

namespace detail {

/// What can be compared with a payload, or put behind one: a string, a view, a literal.
template <class T>
concept OtherText = !std::same_as<T, Payload> && std::convertible_to<const T&, std::string_view>;

}  // namespace detail

/// A payload as the engine passes it on: an immutable text which all copies share. An input of a megabyte
/// that goes from a message into an event and from there to an activity is in memory once. Converts to a
/// string and to a view of one, which live as long as any copy; `text` gives the string for everything
/// else. Copies may be used by any threads.
class Payload {
 public:
  /// The empty text.
  Payload() noexcept = default;
  Payload(std::string text)  // NOLINT: a text is a payload
      : shared_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
  Payload(std::string_view text) : Payload(std::string(text)) {}  // NOLINT: likewise
  Payload(const char* text) : Payload(std::string(text)) {}       // NOLINT: likewise
  Payload(std::nullptr_t) = delete;

  /// Lives as long as any copy.
  [[nodiscard]] const std::string& text() const& noexcept { return shared_ ? *shared_ : no_text(); }
  /// Of a payload that ends here, a text of its own.
  [[nodiscard]] std::string text() && { return static_cast<const Payload&>(*this).text(); }
  operator const std::string&() const noexcept { return text(); }  // NOLINT: see above
  operator std::string_view() const noexcept { return text(); }    // NOLINT: see above

  [[nodiscard]] bool empty() const noexcept { return !shared_; }
  /// In bytes.
  [[nodiscard]] std::size_t size() const noexcept { return shared_ ? shared_->size() : 0; }

  // As of two strings.
  friend bool operator==(const Payload& left, const Payload& right) noexcept {
    return left.shared_ == right.shared_ || left.text() == right.text();
  }
  friend std::strong_ordering operator<=>(const Payload& left, const Payload& right) noexcept {
    return left.text() <=> right.text();
  }
  template <detail::OtherText T>
  friend bool operator==(const Payload& left, const T& right) noexcept {
    return std::string_view(left) == std::string_view(right);
  }
  template <detail::OtherText T>
  friend std::strong_ordering operator<=>(const Payload& left, const T& right) noexcept {
    return std::string_view(left) <=> std::string_view(right);
  }
  friend std::string operator+(const Payload& left, const Payload& right) {
    return left.text() + right.text();
  }
  template <detail::OtherText T>
  friend std::string operator+(const Payload& left, const T& right) {
    return std::string(left.text()).append(std::string_view(right));
  }
  template <detail::OtherText T>
  friend std::string operator+(const T& left, const Payload& right) {
    return std::string(std::string_view(left)).append(right.text());
  }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                                      const Payload& payload) {
    return out << payload.text();
  }

 private:
  static const std::string& no_text() noexcept {
    static const std::string empty;
    return empty;
  }

  std::shared_ptr<const std::string> shared_;  ///< null: the empty text
};

}  // namespace duroxide::DUROXIDE_ABI
