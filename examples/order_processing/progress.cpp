#include "progress.hpp"

#include <unistd.h>

#include <iostream>
#include <string>

namespace {

constexpr std::size_t bar_width = 40;
constexpr std::size_t plain_lines = 10;

}  // namespace

ProgressBar::ProgressBar(std::size_t total)
    : total_(total), terminal_(::isatty(STDOUT_FILENO) == 1) {}

void ProgressBar::show(std::size_t done) {
  if (terminal_) {
    const std::size_t filled = total_ == 0 ? bar_width : bar_width * done / total_;
    std::cout << "\r[" << std::string(filled, '#') << std::string(bar_width - filled, '.') << "] "
              << done << '/' << total_ << (done == total_ ? "\n" : "") << std::flush;
    return;
  }
  const std::size_t step = total_ == 0 ? plain_lines : plain_lines * done / total_;
  if (step > last_step_) {
    last_step_ = step;
    std::cout << done << " of " << total_ << " orders finished" << std::endl;
  }
}
