#pragma once

// Commands on a store in memory.

#include <catch2/catch.hpp>

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>

#include <duroxide/memory_provider.hpp>
#include <duroxide/runtime.hpp>

#include "gateway/commands.hpp"

namespace duroxide::gateway {

using namespace std::chrono_literals;
using nlohmann::json;
using Kind = CommandError::Kind;

class CollectingSink final : public Sink {
 public:
  bool item(const json& value) override {
    items.push_back(value);
    if (on_item) {
      on_item(value);
    }
    return items.size() < most_items;
  }
  bool progress(const Progress& progress) override {
    reported = progress;
    if (on_progress) {
      on_progress();
    }
    return goes_on;
  }
  bool wait_until_readable(int file) override {
    if (!goes_on) {
      return false;
    }
    pollfd entry{file, POLLIN, 0};
    while (::poll(&entry, 1, -1) < 0) {
    }
    return true;
  }

  std::vector<json> items;
  std::function<void(const json&)> on_item;
  std::function<void()> on_progress;
  std::size_t most_items = ~std::size_t{0};
  Progress reported;
  bool goes_on = true;
};

inline Task<std::string> wait_for_approval(OrchestrationContext ctx) {
  ctx.set_value("stage", std::string("asked"));
  co_return co_await ctx.wait_for_external_event("Approved");
}

inline Task<std::string> fail_at_once(OrchestrationContext) {
  throw std::runtime_error("no way");
  co_return "";
}

inline Task<std::string> wait_for_child(OrchestrationContext ctx) {
  SubOrchestrationOptions options;
  options.instance_id("c");
  const auto answer =
      co_await ctx.schedule_sub_orchestration("Failing", std::string(), options).as_result();
  co_return answer ? "well" : "badly";
}

/// Ends before its child does.
inline Task<std::string> leave_child(OrchestrationContext ctx) {
  auto child = ctx.schedule_sub_orchestration("Approval", std::string());
  co_await ctx.wait_for_external_event("Go");
  co_return "gone";
}

struct CommandFixture {
  json run(std::string_view name, const json& arguments = json::object()) {
    auto result = run_command(in_use, name, arguments, sink);
    CAPTURE(name, arguments.dump(), result ? "" : result.error().message);
    REQUIRE(result);
    return std::move(*result);
  }
  Kind refused(std::string_view name, const json& arguments = json::object()) {
    const auto result = run_command(in_use, name, arguments, sink);
    CAPTURE(name, arguments.dump());
    REQUIRE_FALSE(result);
    CHECK_FALSE(result.error().message.empty());
    return result.error().kind;
  }
  void start(const std::string& instance, const std::string& orchestration = "O",
             json more = json::object()) {
    more["instance"] = instance;
    more["orchestration"] = orchestration;
    run("start", more);
  }
  /// Waits until it has ended.
  void await(const std::string& instance) {
    REQUIRE(in_use.client.wait_for_completion(instance, 60s));
  }

  Store store = MemoryProvider::create();
  StoreInUse in_use{store, true};
  CollectingSink sink;
};

struct RunningFixture : CommandFixture {
  RunningFixture() {
    runtime.register_orchestration("Approval", wait_for_approval)
        .register_orchestration("Failing", fail_at_once)
        .register_orchestration("Parent", wait_for_child)
        .register_orchestration("Leaving", leave_child);
    REQUIRE(runtime.start());
  }

  Runtime runtime{store};
};

}  // namespace duroxide::gateway
