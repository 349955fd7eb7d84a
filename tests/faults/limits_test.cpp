// Limits of the system that a process runs into: files, memory, the size of files, and readers
// of the database. What cannot be had is an error that says so; with more of it all goes on.

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "faults/at_risk.hpp"
#include "faults/child.hpp"
#include "faults/tally.hpp"
#include "faults/told_facts.hpp"
#include "power/site.hpp"
#include "property/from_environment.hpp"
#include "property/random.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::faults_limits_test {

using namespace duroxide::faults;
using Catch::Contains;
using property::Random;
namespace fs = std::filesystem;

namespace {

void set_limit(__rlimit_resource what, rlim_t value) {
  rlimit limit{};
  if (::getrlimit(what, &limit) != 0) {
    throw std::runtime_error("a limit cannot be read");
  }
  limit.rlim_cur = std::min(value, limit.rlim_max);
  if (::setrlimit(what, &limit) != 0) {
    throw std::runtime_error("a limit cannot be set");
  }
}

std::size_t open_files() {
  const auto files = fs::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files))) - 1;
}

std::uint64_t bytes_of_address_space() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Works where `limit` was set, then without that limit; nothing may be lost, and nobody may be refused
/// in the end. Gives what was refused under the limit. If `may_end`, the process may also end by itself.
std::vector<std::string> refused_under(const std::function<void()>& limit,
                                       const std::function<void()>& no_limit,
                                       bool may_end = false) {
  const testing::TempDir temp;
  power::Facts facts;
  std::vector<std::string> refused;
  Child child([&] {
    limit();
    work_at_risk(temp.path(), no_limit);
  });
  learn_rest(facts, child, [&](const std::string& text) {
    INFO(text);
    CHECK(text.rfind("still refused", 0) != 0);
    CHECK_THAT(text, !Contains("damage") && !Contains("corrupt"));
    refused.push_back(text);
  });
  const std::string end = child.how_it_ended();
  const bool has_ended = may_end && end == "signal " + std::to_string(SIGABRT);
  if (!has_ended) {
    CHECK(end == "");
  }
  CHECK(problems_in(temp.path(), facts) == "");
  tally(has_ended ? "ends for want of memory" : "limits");
  return refused;
}

bool has(const std::vector<std::string>& refused, const char* why) {
  return std::any_of(refused.begin(), refused.end(),
                     [&](const std::string& text) { return text.find(why) != std::string::npos; });
}

}  // namespace

TEST_CASE("too few open files are an error, and more of them are enough", "[faults]") {
  bool was_felt = false;
  for (std::size_t more = 0; more < 16; more += 3) {
    INFO(more << " files");
    const auto refused = refused_under([&] { set_limit(RLIMIT_NOFILE, open_files() + more); },
                                       [] { set_limit(RLIMIT_NOFILE, RLIM_INFINITY); });
    was_felt = was_felt || has(refused, std::strerror(EMFILE));
  }
  CHECK(was_felt);
}

TEST_CASE("files that may not grow are a full disk, and do not end the process", "[faults]") {
  const bool ignored = GENERATE(true, false);
  bool was_felt = false;
  for (const std::size_t kilobytes : {4U, 12U, 40U, 120U, 400U}) {
    INFO(kilobytes << " KiB, the signal is " << (ignored ? "ignored" : "not ignored"));
    const auto refused = refused_under(
        [&] {
          std::signal(SIGXFSZ, ignored ? SIG_IGN : SIG_DFL);
          set_limit(RLIMIT_FSIZE, kilobytes * 1024);
        },
        [] { set_limit(RLIMIT_FSIZE, RLIM_INFINITY); });
    was_felt = was_felt || has(refused, "disk full") || has(refused, std::strerror(EFBIG));
  }
  CHECK(was_felt);
}

TEST_CASE("too little memory refuses a call or ends the process, and nothing is lost", "[faults]") {
  constexpr std::uint64_t times = 6;
  Random random(property::from_environment("DUROXIDE_SEED", 1));
  bool was_felt = false;
  for (std::uint64_t time = 0; time < rounds(times); ++time) {
    // From what allows no store to be opened to what is enough for all.
    const std::uint64_t megabytes = 8 + time % times * 100 + random.below(100);
    INFO(megabytes << " MiB");
    const auto refused =
        refused_under([&] { set_limit(RLIMIT_AS, bytes_of_address_space() + (megabytes << 20U)); },
                      [] { set_limit(RLIMIT_AS, RLIM_INFINITY); }, true);
    was_felt = was_felt || !refused.empty();
  }
  CHECK(was_felt);
}

TEST_CASE("more readers than the database has places for are refused, and none is lost",
          "[faults][lmdb]") {
  const testing::TempDir temp;
  Child child([&] {
    const auto open = [&](const fs::path& directory) {
      return std::make_unique<storage::LmdbKv>(
          directory, Durability::none, std::uint64_t{64} << 20U, storage::DirectoryLock(directory));
    };
    const auto kv = open(temp.path());
    storage::Changes changes;
    changes.at(static_cast<std::size_t>(storage::Table::values))
        .emplace("key", storage::Change{"value", false});
    kv->commit(storage::Changes(changes));
    for (int round = 0; round < 2; ++round) {
      std::vector<std::unique_ptr<storage::ReadView>> views;
      try {
        while (views.size() < 1000) {
          views.push_back(kv->snapshot());
        }
        tell("no limit");
      } catch (const storage::StorageFailure& refused) {
        tell(refused.error().message);
        tell(refused.error().retryable ? "may be tried again" : "is lost");
      }
      kv->commit(storage::Changes(changes));  // the writer needs no place more
      for (const auto& view : views) {
        if (view->get(storage::Table::values, "key") != "value") {
          tell("a reader lost what it reads");
        }
      }
      views.clear();
      (void)kv->snapshot();
    }
  });
  const auto told = child.rest();
  CHECK(child.how_it_ended() == "");
  REQUIRE(told.size() == 4);
  for (const std::size_t round : {0U, 2U}) {
    CHECK_THAT(told.at(round), Contains("too many readers") && Contains("try again"));
    CHECK(told.at(round + 1) == "may be tried again");
  }
  tally("limits");
}

}  // namespace duroxide::faults_limits_test
