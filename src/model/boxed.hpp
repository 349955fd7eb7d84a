#pragma once

#include <memory>
#include <utility>

namespace duroxide::model {

/// A value that is seldom there: until it is, it takes the room of a pointer. Used like `std::optional`.
template <class T>
class Boxed {
 public:
  Boxed() = default;
  Boxed& operator=(T value) {
    value_ = std::make_unique<T>(std::move(value));
    return *this;
  }

  explicit operator bool() const { return value_ != nullptr; }
  [[nodiscard]] T& operator*() { return *value_; }
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] T* operator->() { return value_.get(); }
  [[nodiscard]] const T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace duroxide::model
