#pragma once

#include <filesystem>
#include <string>

/// Stands for the outside world: a file with one line, `order step`, for every effect that an
/// activity has on it. A line is one append, so a process that is killed leaves no half of one.
class Ledger {
 public:
  /// Throws `std::system_error` if the file cannot be opened for writing.
  explicit Ledger(const std::filesystem::path& path);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  /// Safe to call from several threads. Throws `std::system_error`.
  void append(const std::string& order, const std::string& step);

 private:
  int file_;
};
