#pragma once

// Pending calls on a scripted store, in a deterministic system: nothing happens but in `run`, and time is
// what the test says.

#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/async_client.hpp>

#include "protocol/store_impl.hpp"
#include "support/scripted_provider.hpp"

namespace duroxide::test {

struct PendingFixture {
  DeterministicSystem system;
  ScriptedProvider provider{system};
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::vector<std::string> log;
  Store store = make_store(system.handle(), clock, provider.actor());
  std::optional<Client> client;

  PendingFixture() {
    detail::StoreAccess::impl(store).log = [this](const LogRecord& line) {
      log.push_back(line.message);
    };
    client.emplace(store);
  }
  PendingFixture(const PendingFixture&) = delete;
  PendingFixture& operator=(const PendingFixture&) = delete;
  ~PendingFixture() {
    provider.end();
    client.reset();
    system.run();
  }

  void run() { system.run(); }
  void pass(Duration time) {
    clock->advance(time);
    run();
  }
  [[nodiscard]] AsyncClient async(const CallOptions& options = CallOptions()) const {
    return client->async(options);
  }
  void answer_status() { provider.answer<provider::GetStatus>(running()); }
  [[nodiscard]] static provider::Answer<OrchestrationStatus> running() {
    return OrchestrationStatus(OrchestrationStatus::Running{});
  }
};

/// What a loop of the user's would be: tasks wait until they are run.
struct Loop {
  std::shared_ptr<std::deque<Executor::Task>> tasks =
      std::make_shared<std::deque<Executor::Task>>();

  [[nodiscard]] Executor executor() const {
    return Executor::posting([to = tasks](Executor::Task task) { to->push_back(std::move(task)); });
  }
  void run() const {
    while (!tasks->empty()) {
      const auto task = std::move(tasks->front());
      tasks->pop_front();
      task();
    }
  }
};

/// A coroutine of the user's, which begins at once and is destroyed with this.
class Job {
 public:
  struct promise_type {
    Job get_return_object() {
      return Job(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };

  Job(Job&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Job& operator=(Job&&) = delete;
  ~Job() {
    if (handle_) {
      handle_.destroy();
    }
  }
  [[nodiscard]] bool is_done() const { return handle_.done(); }

 private:
  explicit Job(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

/// `ok`, or the kind of the error.
template <class Answer>
std::string outcome_of(const Answer& answer) {
  return answer ? "ok" : std::string(to_string(answer.error().kind));
}

}  // namespace duroxide::test
