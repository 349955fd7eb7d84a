#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <cereal/cereal.hpp>

namespace duroxide::hostile {

/// Throws when it goes, unless another exception is on its way.
class Trap {
 public:
  explicit Trap(std::string what) : what_(std::move(what)) {}
  Trap(Trap&& other) noexcept : what_(std::move(other.what_)) { other.what_.clear(); }
  Trap(const Trap&) = delete;
  Trap& operator=(const Trap&) = delete;
  ~Trap() noexcept(false) {
    if (!what_.empty()) {
      throw std::runtime_error(what_);
    }
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("what", what_));
  }

 private:
  std::string what_;
};

}  // namespace duroxide::hostile
