// What a log of level `info` tells of instances, the runtime and the store.

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "support/temp_dir.hpp"

using namespace duroxide;
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
    const std::lock_guard lock(mutex_);
    std::vector<LogRecord> found;
    for (const LogRecord& line : lines_) {
      if (line.message == message) {
        found.push_back(line);
      }
    }
    return found;
  }

 private:
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

}  // namespace

TEST_CASE("log: one line each for what becomes of instances, of the runtime and of the store") {
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
