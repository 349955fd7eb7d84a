#pragma once

#include <cstddef>

/// Shows how far the work is: a bar on a terminal, a plain line now and then elsewhere.
class ProgressBar {
 public:
  explicit ProgressBar(std::size_t total);

  void show(std::size_t done);

 private:
  std::size_t total_;
  std::size_t last_step_ = 0;
  bool terminal_;
};
