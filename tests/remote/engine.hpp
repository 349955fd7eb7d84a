#pragma once

// An engine and a remote store of it, in one process: they share nothing but the directory.

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "support/temp_dir.hpp"

namespace duroxide::remote_test {

using namespace std::chrono_literals;

/// Longer than anything here takes; a test that waits so long has failed.
inline constexpr auto ample = 300s;

inline Task<std::string> echo(OrchestrationContext, std::string input) {
  co_return input;
}
inline Task<std::string> ask(OrchestrationContext ctx) {
  ctx.set_custom_status("asking");
  ctx.set_value("asked", std::string("yes"));
  const std::string first = co_await ctx.wait_for_external_event("Answer");
  const std::string second = co_await ctx.dequeue_event("letters");
  co_return first + " and " + second;
}
inline Task<std::string> outside(OrchestrationContext ctx) {
  const std::string result = co_await ctx.schedule_activity("Outside");
  co_return result;
}
inline Task<std::string> fails(OrchestrationContext ctx) {
  const std::string result = co_await ctx.schedule_activity("Fails");
  co_return result;
}
inline Task<std::string> parent(OrchestrationContext ctx) {
  const std::string child = co_await ctx.schedule_sub_orchestration("Ask");
  co_return child;
}

/// Adds up what the update Add brings, until the event Stop comes.
inline Task<std::string> count(OrchestrationContext ctx) {
  int total = 0;
  const auto add = [&](int more) { return total += more; };
  ctx.on_update<int, int>("Add", add);
  co_await ctx.wait_for_external_event("Stop");
  co_return std::to_string(total);
}

/// Collects what is logged. Thread-safe.
class Lines {
 public:
  [[nodiscard]] LogSink sink() {
    return [this](const LogRecord& record) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(record.message);
    };
  }
  [[nodiscard]] std::size_t count(const std::string& part) const {
    const std::lock_guard lock(mutex_);
    std::size_t found = 0;
    for (const std::string& line : lines_) {
      found += line.find(part) != std::string::npos ? 1 : 0;
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

inline const LogSink silent = [](const LogRecord&) {};

/// Owns the store and runs it, from `start` to `stop`.
class Engine {
 public:
  explicit Engine(RuntimeOptions options = RuntimeOptions()) : options_(std::move(options)) {
    start();
  }

  void start() {
    store_.emplace(LmdbProvider::open(directory_.path(),
                                      LmdbOptions().durability(Durability::none).log_sink(silent))
                       .value());
    runtime_.emplace(*store_, options_.log_sink(lines_.sink()));
    runtime_->register_orchestration("Echo", echo)
        .register_orchestration("Ask", ask)
        .register_orchestration("Outside", outside)
        .register_orchestration("Fails", fails)
        .register_orchestration("Parent", parent)
        .register_orchestration("Count", count)
        .register_activity("Fails", [this](const std::string&) -> Result<std::string, std::string> {
          if (is_broken) {
            return failure(std::string("broken"));
          }
          return std::string("mended");
        });
    runtime_->register_activity("Outside", [](ActivityContext& context, const std::string&) {
      (void)context.complete_later();
    });
    runtime_->start().value();
  }
  void stop() {
    runtime_.reset();
    store_.reset();
  }

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
  [[nodiscard]] const Store& store() const { return *store_; }
  [[nodiscard]] Lines& lines() { return lines_; }

  std::atomic<bool> is_broken{true};

 private:
  testing::TempDir directory_;
  Lines lines_;
  RuntimeOptions options_;
  std::optional<Store> store_;
  std::optional<Runtime> runtime_;
};

inline RemoteStoreOptions quiet(Duration connect_timeout = ample) {
  return RemoteStoreOptions().connect_timeout(connect_timeout).log_sink(silent);
}

/// What a callback gets, on whichever thread.
template <class T>
class Later {
 public:
  [[nodiscard]] std::function<void(T)> callback() const {
    return [promise = promise_](T value) { promise->set_value(std::move(value)); };
  }
  [[nodiscard]] T get() {
    auto future = promise_->get_future();
    REQUIRE(future.wait_for(ample) == std::future_status::ready);
    return future.get();
  }

 private:
  std::shared_ptr<std::promise<T>> promise_ = std::make_shared<std::promise<T>>();
};

}  // namespace duroxide::remote_test
