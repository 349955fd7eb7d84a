#include "power/recorder.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "power/disk.hpp"
#include "power/recording_state.hpp"

namespace duroxide::power {

namespace fs = std::filesystem;
using namespace recording_state;

namespace {

void note_surely_there(State& state, FileNumber number) {
  const Position begin = note(state, {Op::flush_begins, number, 0, 0, {}, {}, {}});
  note(state, {Op::flush_returns, number, 0, begin, {}, {}, {}});
}

void note_what_is_there(State& state, const fs::path& root) {
  const Tree tree = read_tree(root);
  std::vector<FileNumber> made{root_directory};
  for (const std::string& path : tree.directories) {
    made.push_back(note_new(state, Op::make_directory, path));
  }
  for (const auto& [path, bytes] : tree.files) {
    made.push_back(note_new(state, Op::make_file, path));
    note(state, {Op::write, made.back(), 0, 0, {}, {}, bytes});
  }
  for (const FileNumber number : made) {
    note_surely_there(state, number);
  }
  note(state, {Op::mark, 0, 0, 0, {}, {}, recording_begins});
}

}  // namespace

void start_recording(const fs::path& root, const fs::path& trace,
                     const std::map<std::string, FileNumber>& known) {
  auto state = std::make_unique<State>();
  state->root = root.string();
  state->trace = ::open(trace.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (state->trace < 0) {
    throw std::runtime_error("cannot write the trace " + trace.string());
  }
  state->position = read_trace(trace).size();
  state->numbers = known;
  state->numbers[""] = root_directory;
  for (const auto& [path, number] : known) {
    state->next_number = std::max(state->next_number, number + 1);
  }
  if (known.empty()) {
    note_what_is_there(*state, root);
  }
  // What a child does to the files is not recorded: the comparison with them finds it.
  static const int asked = ::pthread_atfork(nullptr, nullptr, [] { recording = nullptr; });
  if (asked != 0) {
    throw std::runtime_error("cannot follow forks");
  }
  recording = state.release();
}

void stop_recording() {
  const std::unique_ptr<State> state(recording.exchange(nullptr));
  if (state) {
    ::syscall(SYS_close, state->trace);
  }
}

void mark(const std::string& text) {
  if (State* const state = recording) {
    const std::lock_guard lock(state->mutex);
    note(*state, {Op::mark, 0, 0, 0, {}, {}, text});
  }
}

void die_after_changes(std::uint64_t count) {
  if (State* const state = recording) {
    const std::lock_guard lock(state->mutex);
    state->changes_left = count;
  }
}

}  // namespace duroxide::power
