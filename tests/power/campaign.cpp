#include "power/campaign.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "support/kept_counts.hpp"
#include "support/quick_directory.hpp"

namespace duroxide::power {

namespace fs = std::filesystem;
using property::Random;

namespace {

/// Every so many images, a runtime goes on with one.
constexpr std::uint64_t go_on_every = 5;
/// Records at the beginning that more than their share of images is cut at: a store is made there.
constexpr std::uint32_t beginning = 150;

/// A disk and what is known, brought from moment to moment of a trace.
class Moment {
 public:
  Moment(const Trace& trace, Disk::Flushes flushes) : trace_(trace), disk_(flushes) {}

  void go_to(Position cut) {
    for (; disk_.position() < cut;) {
      const Record& record = trace_.at(disk_.position());
      disk_.apply(record);
      if (record.op == Op::mark) {
        facts_.learn(record.bytes);
      }
    }
  }
  [[nodiscard]] Tree tree(const Image& image) const {
    return disk_.left(Fate(image.loss, image.seed, disk_.pending()));
  }
  [[nodiscard]] const Facts& facts() const { return facts_; }

 private:
  const Trace& trace_;
  Disk disk_;
  Facts facts_;
};

/// What one process says of its images: lines `begin N`, `end N`, and between them what is wrong.
class Report {
 public:
  explicit Report(fs::path file) : file_(std::move(file)) {}

  void add(const std::string& line) const {
    std::ofstream(file_, std::ios::app) << line << std::endl;
  }
  /// By number. One that has begun and not ended says so.
  [[nodiscard]] std::map<std::uint64_t, std::string> read() const {
    std::map<std::uint64_t, std::string> found;
    std::ifstream in(file_);
    std::uint64_t number = 0;
    for (std::string line; std::getline(in, line);) {
      if (line.rfind("begin ", 0) == 0) {
        number = std::stoull(line.substr(6));
        found[number] = died;
      } else if (line.rfind("end ", 0) == 0) {
        found[number].erase(0, std::string_view(died).size());
      } else {
        found[number] += line + "\n";
      }
    }
    return found;
  }

  static constexpr const char* died = "it has ended the process\n";

 private:
  fs::path file_;
};

class Looking {
 public:
  Looking(const Recording& recording, const Campaign& campaign, std::vector<Image> images,
          const fs::path& directory)
      : recording_(recording),
        campaign_(campaign),
        images_(std::move(images)),
        directory_(directory),
        report_(directory / "report") {
    std::sort(images_.begin(), images_.end(),
              [](const Image& a, const Image& b) { return a.cut < b.cut; });
  }

  /// Makes the process that looks at what has not been looked at. False if nothing is left.
  bool begin() {
    if (images_.empty()) {
      return false;
    }
    const auto done = report_.read();
    if (child_ > 0 && done.size() == looked_at_) {
      throw std::runtime_error("a process that was to look at images could not even begin");
    }
    looked_at_ = done.size();
    std::erase_if(images_, [&](const Image& image) { return done.count(image.number) > 0; });
    if (images_.empty()) {
      return false;
    }
    child_ = ::fork();
    if (child_ < 0) {
      throw std::runtime_error("no process could be made");
    }
    if (child_ == 0) {
      look();
    }
    return true;
  }
  void wait() {
    int status = 0;
    (void)::waitpid(child_, &status, 0);
  }
  [[nodiscard]] std::map<std::uint64_t, std::string> found() const { return report_.read(); }

 private:
  [[noreturn]] void look() const {
    // A signal is not for the program of the tests, which would report it as its own.
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTERM}) {
      std::signal(number, SIG_DFL);
    }
    Moment moment(recording_.trace(), campaign_.flushes);
    const fs::path root = directory_ / "image";
    for (const Image& image : images_) {
      report_.add("begin " + std::to_string(image.number));
      std::vector<std::string> problems;
      try {
        moment.go_to(image.cut);
        fs::remove_all(root);
        fs::create_directory(root);
        write_tree(moment.tree(image), root);
        problems =
            check_image(root, moment.facts(), image.depth, recording_.workload().keeps_its_word);
      } catch (const std::exception& failed) {
        problems.emplace_back(failed.what());
      }
      for (const std::string& problem : problems) {
        report_.add(problem);
      }
      report_.add("end " + std::to_string(image.number));
    }
    testing::end_child(0);
  }

  const Recording& recording_;
  const Campaign& campaign_;
  std::vector<Image> images_;
  fs::path directory_;
  Report report_;
  std::size_t looked_at_ = 0;  ///< before the last process
  pid_t child_ = -1;
};

}  // namespace

Image image_of(const Trace& trace, std::uint64_t seed, std::uint64_t number) {
  Random random(seed ^ Random(number + 1).next());
  const auto begins = std::find_if(trace.begin(), trace.end(), [](const Record& record) {
    return record.bytes == recording_begins;
  });
  const auto first = static_cast<Position>(begins - trace.begin()) + 1;
  const auto length = static_cast<std::uint32_t>(trace.size() - first);
  Image image;
  image.number = number;
  image.cut = first + random.below(1 + (random.chance(20) ? std::min(beginning, length) : length));
  // The moment after something was acknowledged leaves the least excuse for having lost it.
  const bool after_mark = random.chance(50);
  while (after_mark && image.cut < trace.size() && trace.at(image.cut - 1).op != Op::mark) {
    ++image.cut;
  }
  image.loss = static_cast<Loss>(random.below(loss_count));
  image.seed = random.next();
  image.depth = number % go_on_every == 0 ? Depth::go_on : Depth::look;
  return image;
}

Outcome look_at_images(const Recording& recording, const Campaign& campaign) {
  const unsigned int processes = std::max(1U, std::thread::hardware_concurrency());
  Outcome outcome;
  std::map<std::uint64_t, Image> images;
  std::vector<std::vector<Image>> shares(processes);
  for (std::uint64_t number = campaign.first; number < campaign.first + campaign.count; ++number) {
    const Image image = image_of(recording.trace(), campaign.seed, number);
    images.emplace(number, image);
    shares.at(number % processes).push_back(image);
    outcome.gone_on_with += image.depth == Depth::go_on ? 1U : 0U;
    ++outcome.by_loss.at(static_cast<std::size_t>(image.loss));
  }
  const testing::TempDir directory(testing::quick_directory());
  std::vector<Looking> lookings;
  lookings.reserve(processes);
  for (auto& share : shares) {
    const fs::path own = directory.path() / std::to_string(lookings.size());
    fs::create_directory(own);
    lookings.emplace_back(recording, campaign, std::move(share), own);
  }
  for (bool working = true; working;) {
    std::vector<Looking*> begun;
    for (Looking& looking : lookings) {
      if (looking.begin()) {
        begun.push_back(&looking);
      }
    }
    for (Looking* looking : begun) {
      looking->wait();
    }
    working = !begun.empty();
  }
  for (const Looking& looking : lookings) {
    for (const auto& [number, what] : looking.found()) {
      ++outcome.looked_at;
      if (!what.empty()) {
        outcome.failures.push_back({images.at(number), what});
      }
    }
  }
  return outcome;
}

fs::path keep(const Recording& recording, const Image& image) {
  const testing::TempDir name(fs::temp_directory_path());
  const fs::path kept = name.path().string() + "-power-loss";
  fs::create_directory(kept);
  fs::create_directory(kept / "image");
  fs::copy_file(recording.trace_file(), kept / "trace");
  Moment moment(recording.trace(), Disk::Flushes::work);
  moment.go_to(image.cut);
  write_tree(moment.tree(image), kept / "image");
  return kept;
}

}  // namespace duroxide::power
