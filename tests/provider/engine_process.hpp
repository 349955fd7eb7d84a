#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include <sys/types.h>

#include "provider/world.hpp"

namespace duroxide::testing {

/// A world on a store in `directory`.
[[nodiscard]] std::unique_ptr<World> open_world(const std::filesystem::path& directory,
                                                std::uint64_t map_size = std::uint64_t{1} << 30);
/// A world that only reads it.
[[nodiscard]] std::unique_ptr<World> open_to_read(const std::filesystem::path& directory);

/// Another process, which does one thing after the other as it is told to. Make it before anything
/// that a process does not share with its children: stores, threads.
class OtherProcess {
 public:
  /// `step` is called there with the number of each step, from 0; it returns false to end.
  explicit OtherProcess(const std::function<bool(int)>& step);
  ~OtherProcess();
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  /// Lets it do the next step and waits until that is done. False if it ended instead.
  bool step();
  void kill();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  void wait();

  pid_t pid_ = -1;
  int orders_ = -1;
  int answers_ = -1;
};

}  // namespace duroxide::testing
