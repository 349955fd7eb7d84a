// The header of the database, which says which state of it is valid: what happens when it cannot be
// written.

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

}  // namespace

TEST_CASE("a store whose header cannot be written stops, and says so", "[faults][commit_failure]") {
  static constexpr std::array codes{ENOSPC, EIO, EDQUOT, half_done};
  const int code = codes.at(GENERATE(range(std::size_t{0}, codes.size())));
  const testing::TempDir temp(testing::quick_directory());
  const auto told = told_by([&] {
    auto store = open_store(temp.path()).value();
    Client client(store);
    client.start_orchestration("a", "Any").value();
    watch(temp.path());
    fail({Call::write_header, code, 1, 1});
    tell(text_of(client.raise_event("a", "Go")));
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

}  // namespace duroxide::faults_header_test
