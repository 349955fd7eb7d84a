// What a log of level `info` tells of instances, the runtime and the store.

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "support/temp_dir.hpp"

namespace duroxide::log_test {

using namespace std::chrono_literals;
using duroxide::testing::TempDir;

namespace {

class Heard {
 public:
  LogSink sink() {
    return [this](const LogRecord& line) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(line);
    };
  }
  /// The lines with this message, which is matched in full.
  [[nodiscard]] std::vector<LogRecord> with(const std::string& message) {
    return select([&](const LogRecord& line) { return line.message == message; });
  }
  /// The lines with this in their message.
  [[nodiscard]] std::vector<LogRecord> containing(const std::string& text) {
    return select(
        [&](const LogRecord& line) { return line.message.find(text) != std::string::npos; });
  }

 private:
  template <class Matches>
  std::vector<LogRecord> select(const Matches& matches) {
    const std::lock_guard lock(mutex_);
    std::vector<LogRecord> found;
    for (const LogRecord& line : lines_) {
      if (matches(line)) {
        found.push_back(line);
      }
    }
    return found;
  }

  std::mutex mutex_;
  std::vector<LogRecord> lines_;
};

Task<std::string> wait_or_fail(OrchestrationContext ctx, std::string how) {
  if (how == "fail") {
    throw std::runtime_error("no money");
  }
  std::string got = co_await ctx.wait_for_external_event("Go");
  co_return got;
}

Task<int> wait_three_times(OrchestrationContext ctx) {
  const int rounds = 3;
  for (int i = 1; i <= rounds; ++i) {
    co_await ctx.wait_for_external_event("Go");
    ctx.set_custom_status(std::to_string(i));
  }
  co_return rounds;
}

}  // namespace

TEST_CASE("log: an instance is recovered once in each opening, however often it is evicted",
          "[log][residency][restart]") {
  Heard heard;
  const TempDir temp;
  const auto open = [&] {
    return LmdbProvider::open(temp.path(), LmdbOptions().durability(Durability::none)).value();
  };
  const auto run = [&](const Store& store) {
    auto runtime = std::make_unique<Runtime>(
        store, RuntimeOptions().log_sink(heard.sink()).max_resident_instances(0));
    runtime->register_orchestration("O", wait_three_times);
    REQUIRE(runtime->start());
    return runtime;
  };
  const auto go_on = [&](Client& client, const std::string& status) {
    REQUIRE(client.raise_event("i", "Go", std::string()));
    const auto seen = static_cast<std::uint64_t>(std::stoi(status)) - 1;
    REQUIRE(client.wait_for_status_change("i", seen, 60s).value().custom_status() == status);
  };
  {
    const Store store = open();
    Client client{store};
    const auto runtime = run(store);
    REQUIRE(client.start_orchestration("i", "O"));
    go_on(client, "1");
  }
  CHECK(heard.containing("is recovered from").empty());  // it was only evicted
  {
    const Store store = open();
    Client client{store};
    const auto runtime = run(store);
    go_on(client, "2");
    REQUIRE(client.start_orchestration("new", "O"));
    REQUIRE(client.raise_event("new", "Go", std::string()));
    REQUIRE(client.wait_for_status_change("new", 0, 60s));
    REQUIRE(client.raise_event("i", "Go", std::string()));
    REQUIRE(client.wait_for_completion("i", 60s).value().is_completed());
  }
  const auto lines = heard.containing("is recovered from");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].instance == "i");
}

TEST_CASE("log: one line each for what becomes of instances, of the runtime and of the store",
          "[log]") {
  Heard heard;
  const TempDir temp;
  const std::string name = "the store `" + temp.path().string() + "` is ";
  const auto open = [&] {
    return LmdbProvider::open(temp.path(),
                              LmdbOptions().durability(Durability::none).log_sink(heard.sink()))
        .value();
  };
  const auto run = [&](const Store& store) {
    auto runtime = std::make_unique<Runtime>(store, RuntimeOptions().log_sink(heard.sink()));
    runtime->register_versioned("O", "1.2.0", wait_or_fail);
    REQUIRE(runtime->start());
    return runtime;
  };
  {
    const Store store = open();
    Client client{store};
    const auto runtime = run(store);
    REQUIRE(client.start_orchestration("bad", "O", std::string("fail")));
    REQUIRE(client.start_orchestration("stopped", "O", std::string("wait")));
    REQUIRE(client.start_orchestration("good", "O", std::string("wait")));
    REQUIRE(client.wait_for_completion("bad"));
    REQUIRE(client.cancel_orchestration("stopped", "not needed"));
    REQUIRE(client.wait_for_completion("stopped"));
  }
  {
    const Store store = open();
    Client client{store};
    const auto runtime = run(store);
    REQUIRE(client.raise_event("good", "Go", std::string("on")));
    REQUIRE(client.wait_for_completion("good"));
  }
  CHECK(heard.with(name + "open, for the 1. time").size() == 1);
  CHECK(heard.with(name + "open, for the 2. time").size() == 1);
  CHECK(heard.with(name + "closed").size() == 2);
  CHECK(heard.with("the runtime has started").size() == 2);
  CHECK(heard.with("the runtime has stopped").size() == 2);
  CHECK(heard.with("instance good has started").size() == 1);
  CHECK(heard.with("instance good has completed").size() == 1);
  CHECK(heard.with("instance stopped was cancelled: not needed").size() == 1);
  const auto failed = heard.with("instance bad (O 1.2.0) has failed, application: no money");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].level == LogLevel::warn);
  CHECK(failed[0].instance == "bad");
  CHECK(failed[0].orchestration == "O");
  CHECK(failed[0].version == "1.2.0");
}

}  // namespace duroxide::log_test
