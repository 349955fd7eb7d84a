#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "property/random.hpp"

namespace duroxide::simulation {

/// What happened in a run, step by step: a number that two runs share only if all their steps are the
/// same, and the last steps as text for whoever looks at a failure.
class Trace {
 public:
  /// `prints`: every step goes to standard error at once.
  explicit Trace(bool prints = false) : prints_(prints) {}

  /// `text` is called only if somebody reads it; `what` and `number` tell the step from others.
  void add(std::uint64_t what, std::uint64_t number, std::function<std::string()> text) {
    hash_ = (hash_ ^ what) * 0x100000001b3U;
    hash_ = (hash_ ^ number) * 0x100000001b3U;
    ++steps_;
    if (prints_) {
      std::fprintf(stderr, "%6llu %s\n", static_cast<unsigned long long>(steps_), text().c_str());
    }
    last_.push_back(std::move(text));
    if (last_.size() > kept) {
      last_.pop_front();
    }
  }
  /// What was done to the engine from outside.
  void note(std::string text) {
    const std::uint64_t what = property::hash_of(text);
    add(what, 0, [text = std::move(text)] { return "-- " + text; });
  }
  /// Only for people: is no part of the number.
  void remark(std::string_view text) const {
    if (prints_) {
      std::fprintf(stderr, "       %.*s\n", static_cast<int>(text.size()), text.data());
    }
  }

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] bool prints() const { return prints_; }
  [[nodiscard]] std::string last_steps() const {
    std::string text;
    for (const auto& each : last_) {
      text += each();
      text += '\n';
    }
    return text;
  }

 private:
  static constexpr std::size_t kept = 60;

  bool prints_;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
  std::uint64_t steps_ = 0;
  std::deque<std::function<std::string()>> last_;
};

}  // namespace duroxide::simulation
