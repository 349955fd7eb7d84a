#pragma once

// What runtimes with different registrations ask of one store.

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

#include "conformance/work_steps.hpp"

namespace duroxide::unregistered {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;

inline constexpr auto none = std::nullopt;

inline Pending<Answer<Items>> ask_for_turns(World& world, Partner& partner,
                                            std::uint64_t most = 10) {
  auto pending = partner.ask<Answer<Items>>(FetchOrchestrationItem{most});
  world.run();
  if (!pending.answered()) {
    world.system.run_delayed();
  }
  return pending;
}

inline std::vector<std::string> instances_of(const Pending<Answer<Items>>& pending) {
  std::vector<std::string> instances;
  if (pending.answered()) {
    for (const auto& item : pending.value()) {
      instances.push_back(item.instance);
    }
  }
  return instances;
}

using Instances = std::vector<std::string>;

/// As a runtime does it that has no code for the item.
inline void refuse(World& world, Partner& partner, const OrchestrationItem& item) {
  AbandonOrchestrationItem request;
  request.lock_token = item.lock_token;
  request.delay = 1h;
  request.ignore_attempt = true;
  request.waiting_for = "registration of " + item.orchestration_name;
  request.unregistered = true;
  world.ask<Done>(partner, request).value();
}

inline void refuse(World& world, Partner& partner, const WorkerItem& item) {
  AbandonWorker request;
  request.lock_token = item.lock_token;
  request.delay = 1h;
  request.ignore_attempt = true;
  request.waiting_for = "registration of " + item.item.name;
  request.unregistered = true;
  world.ask<Done>(partner, request).value();
}

inline std::optional<std::string> waiting_for(World& world, const std::string& instance) {
  return world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{instance})
      .value()
      .waiting_for;
}

/// Has `partner` give back the instance of `orchestration` that it is handed.
inline void teach(World& world, Partner& partner, const std::string& orchestration) {
  world.start("taught-" + orchestration, orchestration);
  const auto fetched = ask_for_turns(world, partner, 1);
  REQUIRE(instances_of(fetched) == Instances{"taught-" + orchestration});
  refuse(world, partner, fetched.value().at(0));
}

/// Starts `instance`, whose first turn, which `partner` has, schedules activity 2 of this name.
inline void call(World& world, Partner& partner, const std::string& instance,
                 const std::string& name, const std::optional<std::string>& tag = none,
                 const std::optional<std::string>& session = none) {
  world.start(instance);
  const auto item = ask_for_turns(world, partner, 1).value().at(0);
  auto ack = ack_of(item);
  auto execute = activity(item, 2);
  execute.name = name;
  execute.tag = tag;
  execute.session = session;
  ack.worker_items = {execute};
  world.ask<Done>(partner, ack).value();
}

inline std::vector<std::string> called_by(const PendingWork& pending) {
  std::vector<std::string> instances;
  if (pending.answered()) {
    for (const auto& item : pending.value()) {
      instances.push_back(item.item.instance);
    }
  }
  return instances;
}

}  // namespace duroxide::unregistered
