// The header of the database, which says which state of it is valid: what happens when it cannot be
// written or read.

#include <cerrno>
#include <cstring>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "faults/child.hpp"
#include "faults/failing_calls.hpp"
#include "faults/tally.hpp"
#include "support/quick_directory.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::faults_header_test {

using namespace duroxide::faults;
using namespace std::chrono_literals;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

/// Longer than anything here takes.
constexpr auto too_long = 20s;

Result<Store, ProviderError> open_store(const fs::path& directory) {
  return LmdbProvider::open(directory, LmdbOptions().log_sink({}));
}

/// Does it in another process, and gives what that tells.
std::vector<std::string> told_by(const std::function<void()>& work) {
  Child child(work);
  auto told = child.rest();
  CHECK(child.how_it_ended() == "");
  return told;
}

std::string text_of(const Result<void, ClientError>& answer) {
  return answer ? "done"
                : std::string(to_string(answer.error().kind)) + ": " + answer.error().message;
}

void make_store(const fs::path& directory) {
  (void)told_by([&] {
    const auto store = open_store(directory).value();
    Client(store).start_orchestration("there", "Any").value();
  });
}

}  // namespace

TEST_CASE("a store whose header cannot be written stops, and says so", "[faults][commit_failure]") {
  static constexpr std::array codes{ENOSPC, EIO, EDQUOT, half_done};
  const int code = codes.at(GENERATE(range(std::size_t{0}, codes.size())));
  const testing::TempDir temp(testing::quick_directory());
  const auto told = told_by([&] {
    auto store =
        LmdbProvider::open(temp.path(), LmdbOptions().checkpoint_size(4096).log_sink({})).value();
    Client client(store);
    client.start_orchestration("a", "Any").value();
    watch(temp.path());
    fail({Call::write_header, code, 1, 1});
    // The header is written by the checkpoints, which go on beside the commits.
    auto answer = client.raise_event("a", "Go");
    while (answer) {
      answer = client.raise_event("a", "Go");
    }
    tell(text_of(answer));
    // Nothing is waited for that will not come.
    const auto waited = client.wait_for_completion("a", too_long);
    tell(waited ? "done" : waited.error().message);
    tell(text_of(client.raise_event("a", "Again")));
    const auto read = ManagementClient(store).list_all_instances();
    tell(read ? "done" : read.error().message);
    client = Client(MemoryProvider::open(MemoryOptions().log_sink({})).value());
    store = MemoryProvider::open(MemoryOptions().log_sink({})).value();  // lets go of the other
    tell(std::to_string(calls_failed()));
  });
  REQUIRE(told.size() == 5);
  CHECK_THAT(told.at(0), Contains("the header of") && Contains("data.mdb") &&
                             Contains(std::strerror(code == half_done ? EIO : code)));
  CHECK_THAT(told.at(1), Contains("has stopped") && Contains("open it again"));
  CHECK_THAT(told.at(2), Contains("has stopped") && Contains("open it again"));
  CHECK(told.at(3) != "done");
  CHECK(told.at(4) == "1");
  const auto again = told_by([&] {
    const auto store = open_store(temp.path()).value();
    Client client(store);
    tell(text_of(client.raise_event("a", "Go")));
    tell(ManagementClient(store).verify().value().is_clean() ? "clean" : "damaged");
  });
  CHECK(again == std::vector<std::string>{"done", "clean"});
  tally("failing calls");
}

TEST_CASE("a header that the disk does not give is an error of the disk, not damage",
          "[faults][pages]") {
  const testing::TempDir temp(testing::quick_directory());
  make_store(temp.path());
  const bool to_read = GENERATE(true, false);
  const bool once = GENERATE(true, false);
  const auto told = told_by([&] {
    watch(temp.path());
    fail({Call::read, EIO, 1, once ? 1 : for_ever});
    {
      const auto options = LmdbOptions().log_sink({});
      const auto store = to_read ? LmdbProvider::open_read_only(temp.path(), options)
                                 : LmdbProvider::open(temp.path(), options);
      tell(store ? "opened" : std::string(to_string(store.error().kind)));
      tell(store ? "" : store.error().message);
    }
    fail_no_more();
    const auto again = open_store(temp.path());
    tell(again ? "opened" : again.error().message);
  });
  REQUIRE(told.size() == 3);
  CHECK(told.at(0) == "storage");
  CHECK_THAT(told.at(1), Contains("data.mdb") && Contains(std::strerror(EIO)));
  CHECK(told.at(2) == "opened");
  tally("failing calls");
}

TEST_CASE("a page that the disk does not give is damage of that page alone", "[faults][pages]") {
  const testing::TempDir temp(testing::quick_directory());
  make_store(temp.path());
  const auto told = told_by([&] {
    const auto store =
        LmdbProvider::open_read_only(temp.path(), LmdbOptions().log_sink({})).value();
    const ManagementClient management(store);
    watch(temp.path());
    const std::uint64_t before = calls_made(Call::read);
    (void)management.verify().value();
    const std::uint64_t reads = calls_made(Call::read) - before;
    int told_damage = 0;
    for (std::uint64_t number = 1; number <= reads; number += 1 + reads / 40) {
      fail({Call::read, EIO, number, 1});
      const auto report = management.verify();
      fail_no_more();
      told_damage += report && !report->is_clean() ? 1 : 0;
      // Without the header, which is read with each snapshot, or the names of the tables nothing is read.
      if (!report && report.error().message.find("data.mdb") == std::string::npos) {
        tell(report.error().message);
      }
    }
    tell(told_damage > 0 ? "damage" : "refused");
    tell(management.verify().value().is_clean() ? "clean" : "damaged");
  });
  CHECK(told == std::vector<std::string>{"damage", "clean"});
  tally("failing calls");
}

}  // namespace duroxide::faults_header_test
