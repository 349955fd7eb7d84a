#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/detail/api.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What travels with an instance beside its input: who has asked, for which tenant, in which trace. A
/// small map of texts in the order of its names. It is given with a start, recorded with it, the same in
/// every execution of the instance, and inherited by the activities and the instances that its code
/// starts. See *Tracing and interceptors* in the guide.
///
/// Copies share what they hold, and an empty one holds nothing. A copy may be used by one thread while
/// another changes its own.
class DUROXIDE_API Headers {
 public:
  /// A name and its value.
  using Entry = std::pair<std::string, std::string>;

  // What is accepted; whoever takes headers says which limit they exceed.

  /// How many there may be.
  static constexpr std::size_t max_entries = 32;
  /// Of one name: lower-case letters, digits, `-`, `_` and `.`.
  static constexpr std::size_t max_name_bytes = 128;
  /// Of all names and values together. Values are UTF-8 without a zero byte, and may be empty.
  static constexpr std::size_t max_bytes = 8192;

  /// Sets the value of `name`, whether or not it had one.
  Headers& set(std::string_view name, std::string_view value);
  /// Takes `name` away, if it is there.
  Headers& erase(std::string_view name);
  /// Null if it is not there. What it refers to is there until these headers are changed or destroyed.
  [[nodiscard]] const std::string* find(std::string_view name) const;

  [[nodiscard]] bool empty() const { return entries_ == nullptr; }
  [[nodiscard]] std::size_t size() const { return entries_ == nullptr ? 0 : entries_->size(); }
  [[nodiscard]] const Entry* begin() const {
    return entries_ == nullptr ? nullptr : entries_->data();
  }
  [[nodiscard]] const Entry* end() const { return begin() + size(); }

  /// Which of the limits they exceed, in a sentence; none if they are right.
  [[nodiscard]] std::optional<std::string> problem() const;

  [[nodiscard]] bool operator==(const Headers& other) const;

 private:
  std::shared_ptr<const std::vector<Entry>> entries_;  ///< by name; null if there are none
};

}  // namespace duroxide::DUROXIDE_ABI
