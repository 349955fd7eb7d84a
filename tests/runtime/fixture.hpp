#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/environment.hpp"
#include "runtime/messages.hpp"
#include "support/scripted_provider.hpp"

namespace duroxide::runtime::test {

using namespace duroxide::test;

/// What the actors of a runtime share, with a scripted provider, a clock that the test moves, and a
/// log that it can read.
struct Fixture {
  DeterministicSystem system;
  ScriptedProvider provider{system};
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::vector<LogRecord> logged;  ///< warnings and errors
  std::vector<LogRecord> told;    ///< the rest
  std::shared_ptr<Environment> environment = std::make_shared<Environment>();

  explicit Fixture(RuntimeOptions options = RuntimeOptions());
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() { provider.end(); }

  template <class F>
  void orchestration(const std::string& name, F code, const std::string& version = "1.0.0") {
    REQUIRE(environment->orchestrations.add(name, version,
                                            detail::make_orchestration_handler(std::move(code))));
  }
  template <class F>
  void activity(const std::string& name, F code, ActivityKind kind = ActivityKind::ordinary) {
    REQUIRE(
        environment->activities.add(name, detail::make_activity_handler(std::move(code)), kind));
  }
  /// Asks `actor` from outside; the answer is there after `run`.
  template <class Response, class Receiver, class Request>
  std::shared_ptr<std::optional<Response>> ask(const Receiver& actor, Request request) {
    auto answer = std::make_shared<std::optional<Response>>();
    // Everything goes in as an argument: CAF 0.17 dereferences null for a function that has none.
    system.get().spawn(
        [](caf::event_based_actor* self, const Receiver& receiver, const Request& question,
           const std::shared_ptr<std::optional<Response>>& place) {
          actors::ask(
              self, receiver, question, [place](const Response& response) { *place = response; },
              [] {});
        },
        actor, std::move(request), answer);
    system.run();
    return answer;
  }
};

/// The first item of a new instance.
[[nodiscard]] provider::OrchestrationItem start_item(
    const std::string& instance, const std::string& orchestration,
    std::optional<std::string> version = std::nullopt);

/// A later item of an instance of `O` 1.0.0, without history, for an orchestrator that is resident.
[[nodiscard]] provider::OrchestrationItem next_item(const std::string& instance,
                                                    std::uint64_t history_size, WorkItem message);

[[nodiscard]] provider::WorkerItem activity_item(const std::string& name, std::uint64_t token);

using Items = std::vector<provider::OrchestrationItem>;
using WorkerItems = std::vector<provider::WorkerItem>;

}  // namespace duroxide::runtime::test
