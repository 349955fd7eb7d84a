#include "limits.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <future>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <duroxide/detail/caf.hpp>

/// A thread that waits.
struct Woken {
  std::promise<void>* by;
};

DUROXIDE_MESSAGE(Woken)

using namespace duroxide;

namespace {

using Echo = actors::Actor<actors::Replies<std::uint64_t, std::uint64_t>>;
using Asker = actors::Actor<actors::Accepts<std::uint64_t>>;

Echo::behavior_type echo() {
  return {[](std::uint64_t number) { return number; }};
}

/// Answers the thread that waits for what it is sent.
using Waker = actors::Actor<actors::Accepts<Woken>>;

Waker::behavior_type waker() {
  return {[](Woken answer) { answer.by->set_value(); }};
}

/// What the asker and the one who waits for it have in common.
struct Trips {
  std::size_t wanted = 0;
  std::vector<double> seconds;
  std::promise<void> done;
};

void ask_again(Asker::pointer self, const Echo& partner, const std::shared_ptr<Trips>& trips) {
  if (trips->seconds.size() == trips->wanted) {
    trips->done.set_value();
    return;
  }
  const auto begin = SteadyClock::now();
  actors::ask(
      self, partner, std::uint64_t{1},
      [self, partner, trips, begin](std::uint64_t) {
        trips->seconds.push_back(seconds_since(begin));
        ask_again(self, partner, trips);
      },
      [] {});
}

Asker::behavior_type asker(Asker::pointer self, const Echo& partner,
                           const std::shared_ptr<Trips>& trips) {
  return {[self, partner, trips](std::uint64_t) { ask_again(self, partner, trips); }};
}

/// Closes a file at the end of its scope.
struct OpenFile {
  explicit OpenFile(const std::filesystem::path& path)
      : number(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(number); }

  void write(const std::string& bytes, std::size_t offset) const {
    if (::pwrite(number, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error(std::string("cannot write: ") + std::strerror(errno));
    }
  }
  void flush() const {
    if (::fdatasync(number) != 0) {
      throw std::runtime_error(std::string("cannot flush: ") + std::strerror(errno));
    }
  }

  int number;
};

}  // namespace

std::vector<double> synced_appends(const std::filesystem::path& directory, std::size_t appends,
                                   std::size_t bytes) {
  std::filesystem::create_directories(directory);
  const OpenFile file(directory / ("appends-" + std::to_string(bytes)));
  file.write(std::string(appends * bytes, '\0'), 0);
  file.flush();
  const std::string record(bytes, 'x');
  std::vector<double> seconds;
  for (std::size_t i = 0; i < appends; ++i) {
    const auto begin = SteadyClock::now();
    file.write(record, i * bytes);
    file.flush();
    seconds.push_back(seconds_since(begin));
  }
  return seconds;
}

std::vector<double> actor_round_trips(std::size_t trips) {
  caf::actor_system_config config;
  actors::configure(config);
  caf::actor_system system(config);
  const auto shared = std::make_shared<Trips>();
  shared->wanted = trips;
  shared->seconds.reserve(trips);
  {
    const Echo partner = system.spawn(echo);
    const Asker first = system.spawn(asker, partner, shared);
    actors::send_from_outside(first, std::uint64_t{0});
    shared->done.get_future().wait();
    actors::stop(first);
    actors::stop(partner);
  }
  return shared->seconds;
}

std::vector<double> thread_round_trips(std::size_t trips) {
  caf::actor_system_config config;
  actors::configure(config);
  caf::actor_system system(config);
  const Waker partner = system.spawn(waker);
  std::vector<double> seconds;
  for (std::size_t i = 0; i < trips; ++i) {
    std::promise<void> answer;
    const auto begin = SteadyClock::now();
    actors::send_from_outside(partner, Woken{&answer});
    answer.get_future().wait();
    seconds.push_back(seconds_since(begin));
  }
  actors::stop(partner);
  return seconds;
}

void Limits::Percentiles::add(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  p50.push_back(1e6 * quantile(seconds, 0.5));
  p99.push_back(1e6 * quantile(seconds, 0.99));
}

void Limits::measure(const std::filesystem::path& directory, std::size_t times) {
  commit_.add(raw_commits(directory / "raw", times));
  small_append_.add(synced_appends(directory, times, 700));
  page_append_.add(synced_appends(directory, times, 4096));
  round_trip_.add(actor_round_trips(10 * times));
  thread_trip_.add(thread_round_trips(times));
}

void Limits::report_to(Report& report) const {
  Row row{"limits: what the same machine and disk do", "", {}, {}};
  const auto add = [&row](const std::string& name, const Percentiles& of) {
    row.figures.push_back({name + ", p50", Spread(of.p50), "us"});
    row.figures.push_back({name + ", p99", Spread(of.p99), "us"});
  };
  add("LMDB commit of 200 B", commit_);
  add("synced append of 700 B", small_append_);
  add("synced append of 4 KiB", page_append_);
  add("round trip between two actors", round_trip_);
  add("round trip from a thread to an actor", thread_trip_);
  report.commit = median(commit_.p50);
  report.append = median(small_append_.p50);
  report.round_trip = median(round_trip_.p50);
  report.rows.push_back(std::move(row));
}
