// The log of a store on a disk that loses its power: what was flushed is there, in order, and what was
// not is there up to some record or not at all.
//
// DUROXIDE_SEED repeats a run, DUROXIDE_LOG_IMAGES says at how many images to look.

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "model/file_descriptor.hpp"
#include "power/disk.hpp"
#include "power/recorder.hpp"
#include "property/from_environment.hpp"
#include "property/random.hpp"
#include "storage/directories.hpp"
#include "storage/log/commit_log.hpp"
#include "support/kept_counts.hpp"
#include "support/quick_directory.hpp"
#include "support/temp_dir.hpp"
#include "support/tried.hpp"

namespace duroxide::log_loss_test {

using namespace duroxide::power;
using property::from_environment;
using property::Random;
using storage::CommitLog;
using storage::LogAnchor;

namespace {

namespace fs = std::filesystem;

constexpr storage::LogKey key = 4711;

storage::LogOptions small_segments() {
  storage::LogOptions options;
  options.segment_bytes = storage::LogSegment::first_record + 15 * storage::sector_bytes;
  return options;
}

/// What follows from a number alone, so that an image can be looked at without what was written.
std::string body_of(std::uint64_t number) {
  Random random(number);
  const std::uint32_t length = random.chance(5) ? 20'000 : random.below(2'500);
  return std::string(length, static_cast<char>('a' + number % 26)) + std::to_string(number);
}

/// Stands for the tables, which say how far they reach: a file that is replaced as a whole.
class Anchors {
 public:
  explicit Anchors(const fs::path& directory) : directory_(directory) {}

  void store(const LogAnchor& anchor) const {
    std::ostringstream text;
    text << anchor.reached.number << ' ' << anchor.reached.checksum;
    for (const auto segment : anchor.segments) {
      text << ' ' << segment;
    }
    // Not through a stream, which the recorder would not see.
    const fs::path unfinished = directory_ / "anchor.new";
    const model::FileDescriptor file(
        ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const std::string bytes = text.str();
    REQUIRE(::write(file.get(), bytes.data(), bytes.size()) ==
            static_cast<std::ptrdiff_t>(bytes.size()));
    REQUIRE(::fsync(file.get()) == 0);
    fs::rename(unfinished, directory_ / "anchor");
    storage::sync_directory(directory_);
  }
  [[nodiscard]] LogAnchor load() const {
    LogAnchor anchor;
    anchor.key = key;
    std::ifstream in(directory_ / "anchor");
    in >> anchor.reached.number >> anchor.reached.checksum;
    for (storage::SegmentNumber segment = 0; in >> segment;) {
      anchor.segments.push_back(segment);
    }
    return anchor;
  }
  [[nodiscard]] bool are_there() const { return fs::exists(directory_ / "anchor"); }

 private:
  fs::path directory_;
};

/// Appends, flushes now and then, checkpoints, and is opened again in between. Each flush that has
/// returned is marked with the number of the last record.
void work(const fs::path& root, std::uint64_t seed) {
  Random random(seed);
  const Anchors anchors(root);
  const auto open = [&] {
    return std::make_unique<CommitLog>(
        CommitLog::open(root, anchors.load(), small_segments(), [](auto, auto) {}));
  };
  std::unique_ptr<CommitLog> log;
  if (anchors.are_there()) {
    log = open();
  } else {
    log = std::make_unique<CommitLog>(CommitLog::make(root, key, small_segments()));
    anchors.store(log->anchor({}));
  }
  const bool flushes_each = random.chance(50);
  for (int step = 0; step < 200; ++step) {
    log->append(body_of(log->appended().number + 1));
    if (flushes_each || random.chance(30)) {
      log->flush();
      mark(std::to_string(log->flushed()));
    }
    if (random.chance(5)) {
      log->flush();
      const LogAnchor anchor = log->anchor(log->appended());
      anchors.store(anchor);
      log->release(anchor);
    }
    if (random.chance(3)) {
      log.reset();
      log = open();
    }
  }
}

Disk disk_after(const Trace& trace) {
  Disk disk;
  for (const Record& record : trace) {
    disk.apply(record);
  }
  return disk;
}

/// Three processes, of which two are killed at some change of a file.
Trace record(const fs::path& root, const fs::path& trace_file, std::uint64_t seed) {
  constexpr int lives = 3;
  constexpr std::uint32_t kill_within = 300;
  Random random(seed);
  for (int life = 0; life < lives; ++life) {
    const auto known = life == 0 ? std::map<std::string, FileNumber>()
                                 : disk_after(read_trace(trace_file)).numbers();
    const std::uint64_t changes = life + 1 == lives ? 0 : 1 + random.below(kill_within);
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        start_recording(root, trace_file, known);
        die_after_changes(changes);
        work(root, random.next());
        stop_recording();
      } catch (const std::exception& failed) {
        std::fprintf(stderr, "%s\n", failed.what());
        ::_exit(1);
      }
      testing::end_child(0);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE((status == 0 || (changes > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)));
  }
  return read_trace(trace_file);
}

/// What is wrong with what is left; empty if nothing is.
std::string look_at(const fs::path& root, std::uint64_t flushed) {
  const Anchors anchors(root);
  if (!anchors.are_there()) {
    return flushed == 0 ? "" : "the log was used before it was made";
  }
  std::string wrong;
  for (int opening = 0; opening < 2; ++opening) {
    const LogAnchor anchor = anchors.load();
    std::uint64_t last = anchor.reached.number;
    auto log = CommitLog::open(root, anchor, small_segments(), [&](auto number, auto body) {
      if (number != ++last || body != body_of(number)) {
        wrong += "record " + std::to_string(number) + " is not what was written\n";
      }
    });
    if (last < flushed || log.appended().number != last) {
      wrong += "it reaches to " + std::to_string(last) + ", and " + std::to_string(flushed) +
               " was flushed\n";
    }
    for (int more = 0; more < 20; ++more) {
      log.append(body_of(log.appended().number + 1));
    }
    log.flush();
    flushed = log.flushed();
  }
  return wrong;
}

}  // namespace

TEST_CASE("nothing that was flushed into the log is lost with the power", "[power][commit_log]") {
  const std::uint64_t seed = from_environment("DUROXIDE_SEED", 1);
  const std::uint64_t images = from_environment("DUROXIDE_LOG_IMAGES", 1'000);
  constexpr std::uint64_t images_of_a_run = 100;
  std::uint64_t looked_at = 0;
  for (std::uint64_t run = 0; looked_at < images; ++run) {
    const testing::TempDir directory(testing::quick_directory());
    const fs::path disk_root = fs::canonical(directory.path()) / "disk";
    const fs::path trace_file = directory.path() / "trace";
    fs::create_directory(disk_root);
    const Trace trace = record(disk_root, trace_file, seed + run);
    Random random(seed ^ Random(run + 1).next());
    std::vector<Position> cuts;
    for (std::uint64_t i = 0; i < images_of_a_run; ++i) {
      cuts.push_back(random.below(static_cast<std::uint32_t>(trace.size() + 1)));
    }
    std::sort(cuts.begin(), cuts.end());
    Disk disk;
    std::uint64_t flushed = 0;
    for (const Position cut : cuts) {
      while (disk.position() < cut) {
        const Record& record = trace.at(disk.position());
        if (record.op == Op::mark && record.bytes != recording_begins) {
          flushed = std::stoull(record.bytes);
        }
        disk.apply(record);
      }
      const auto loss = static_cast<Loss>(random.below(loss_count));
      const fs::path image = directory.path() / "image";
      fs::remove_all(image);
      fs::create_directory(image);
      write_tree(disk.left(Fate(loss, random.next(), disk.pending())), image);
      INFO("DUROXIDE_SEED=" << seed + run << ", cut at record " << cut << ", " << name_of(loss));
      std::string wrong;
      CHECK_NOTHROW(wrong = look_at(image, flushed));
      CHECK(wrong.empty());
      ++looked_at;
    }
  }
  testing::tell_tried(std::to_string(looked_at) + " images of lost power, of a log");
}

}  // namespace duroxide::log_loss_test
