#pragma once

#include <utility>

#include <unistd.h>

namespace duroxide::model {

/// Owns a file descriptor, or none (-1).
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int file) : file_(file) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      file_ = std::exchange(other.file_, -1);
    }
    return *this;
  }

  [[nodiscard]] int get() const { return file_; }
  [[nodiscard]] bool is_open() const { return file_ >= 0; }
  void reset() {
    if (file_ >= 0) {
      ::close(std::exchange(file_, -1));
    }
  }

 private:
  int file_ = -1;
};

}  // namespace duroxide::model
