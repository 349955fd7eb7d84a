#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

/// Another program that the bench runs and listens to. It ends with the bench, however that ends, and
/// after an hour at the latest, so that nothing waits for ever for one that hangs.
class Program {
 public:
  /// Starts it in this directory. Make it on a thread that lives as long as the program is to: the
  /// program ends with that one. Throws `std::runtime_error`.
  Program(const std::filesystem::path& file, const std::vector<std::string>& arguments,
          const std::filesystem::path& directory);
  /// Asks it to end, and waits until it has.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The next line that it prints, without its end; what there is of it if the program ends instead.
  [[nodiscard]] std::string line();

 private:
  pid_t process_ = -1;
  int output_ = -1;
};
