#pragma once

// Another process, which a test disturbs: kills, stops, or lets run into its limits.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace duroxide::faults {

/// Runs `work` in a process of its own, which tells this one what it likes, and which does not outlive it. Make it
/// while this process has no threads and no store open.
class Child {
 public:
  explicit Child(const std::function<void()>& work);
  /// Kills it if it is still there.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// What it tells next; nothing if it has ended, or tells nothing for so long. Without a time, waits
  /// until it tells something, as long as a test may take at most.
  [[nodiscard]] std::optional<std::string> next();
  [[nodiscard]] std::optional<std::string> next(std::chrono::microseconds longest);
  /// All that it still tells until it has ended.
  [[nodiscard]] std::vector<std::string> rest();
  /// Waits until it has told exactly this, whatever it tells before. False if it ended instead.
  [[nodiscard]] bool tells(const std::string& text);
  /// Says one word to it, for which it waits in `wait_for_word`.
  void say_word(char word = 'w') const;

  void kill();
  /// Stops it, and returns when it stands.
  void stop();
  void go_on() const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Waits for its end. What it threw, the signal that ended it, or that it hung and was killed; empty
  /// if its work was done.
  [[nodiscard]] std::string how_it_ended();
  [[nodiscard]] bool was_killed() const { return was_killed_; }

 private:
  void read_some(std::chrono::microseconds longest);
  std::optional<std::string> take();
  void wait();

  pid_t pid_ = -1;
  int from_ = -1;
  int to_ = -1;
  bool ended_ = false;  ///< it will tell nothing more
  bool hung_ = false;
  bool was_killed_ = false;  ///< by `kill`, before it had come to its end
  std::optional<int> status_;
  std::string unread_;
};

/// In a child: tells the other process, and returns when that can read it whatever happens. From any
/// thread.
void tell(const std::string& text);
/// In a child: waits until the other process has said a word, which it returns; 0 if it has ended instead.
char wait_for_word();
/// In a child: whether a word waits.
[[nodiscard]] bool has_word();

}  // namespace duroxide::faults
