#include "power/recording_state.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "power/disk.hpp"

namespace duroxide::power::recording_state {

namespace fs = std::filesystem;

std::atomic<State*> recording{nullptr};  // NOLINT: the replaced functions have no other place

bool is_in_range(int descriptor) {
  return descriptor >= 0 && static_cast<std::size_t>(descriptor) < most_descriptors;
}

std::optional<std::string> below_root(const State& state, int directory, const char* given) {
  fs::path path(given);
  if (path.is_relative()) {
    std::array<char, 4096> base{};
    const std::string from =
        directory == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(directory);
    const auto length = ::readlink(from.c_str(), base.data(), base.size());
    if (length <= 0) {
      return std::nullopt;
    }
    path = fs::path(std::string(base.data(), static_cast<std::size_t>(length))) / path;
  }
  std::string text = path.lexically_normal().string();
  while (!text.empty() && text.back() == '/') {
    text.pop_back();
  }
  if (text == state.root) {
    return std::string();
  }
  if (text.compare(0, state.root.size() + 1, state.root + "/") != 0 || !is_followed(text)) {
    return std::nullopt;
  }
  return text.substr(state.root.size() + 1);
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::string name_in(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

Position note(State& state, const Record& record) {
  const std::string bytes = encode(record);
  std::size_t written = 0;
  while (written < bytes.size()) {
    const auto count =
        ::syscall(SYS_write, state.trace, bytes.data() + written, bytes.size() - written);
    if (count <= 0) {
      static constexpr char sorry[] = "the trace cannot be written\n";
      (void)!::syscall(SYS_write, STDERR_FILENO, sorry, sizeof(sorry) - 1);
      std::abort();
    }
    written += static_cast<std::size_t>(count);
  }
  const bool changes = record.op <= Op::resize;
  if (changes && state.changes_left > 0 && --state.changes_left == 0) {
    ::raise(SIGKILL);
  }
  return state.position++;
}

void note_refused(State& state, const std::string& what) {
  note(state, {Op::unsupported, 0, 0, 0, {}, {}, what});
}

FileNumber number_of(State& state, const std::string& path) {
  const auto found = state.numbers.find(path);
  if (found == state.numbers.end()) {
    note_refused(state, "`" + path + "`, which was made unseen,");
    return 0;
  }
  return found->second;
}

FileNumber note_new(State& state, Op op, const std::string& path) {
  const FileNumber number = state.next_number++;
  state.numbers[path] = number;
  note(state, {op, number_of(state, directory_of(path)), number, 0, name_in(path), {}, {}});
  return number;
}

}  // namespace duroxide::power::recording_state
