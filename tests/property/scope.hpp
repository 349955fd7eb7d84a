#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>

#include "property/interpreter.hpp"

namespace duroxide::property {

using Future = DurableFuture<std::string>;

/// A future that the code keeps, and whoever awaits it just now by reference.
struct Kept {
  explicit Kept(Future made) : future(std::move(made)) {}
  Future future;
  int users = 0;
  bool is_gone = false;
};

struct KeptTask {
  explicit KeptTask(Task<std::string> made) : task(std::move(made)) {}
  Task<std::string> task;
  int users = 0;
};

/// The local variables of a sequence. Tasks go first: they may await what is kept.
struct Scope {
  explicit Scope(Scope* outer) : parent(outer) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  Scope* parent;
  std::deque<Kept> kept;
  std::deque<KeptTask> tasks;
};

/// Where the code stands.
struct Place {
  OrchestrationContext context;
  const Environment* environment;
  Scope* scope;
  const Scope* task_limit;  ///< a task must not await itself: it sees no tasks from here outwards
  std::uint32_t rounds;     ///< how often it may still continue as new
  bool is_shielded;
};

template <class T>
class Use {
 public:
  explicit Use(T& used) : used_(used) { ++used_.users; }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { --used_.users; }

 private:
  T& used_;
};

inline std::vector<Kept*> kept_in(const Place& place) {
  std::vector<Kept*> all;
  for (Scope* scope = place.scope; scope != nullptr; scope = scope->parent) {
    for (Kept& each : scope->kept) {
      if (!each.is_gone) {
        all.push_back(&each);
      }
    }
  }
  return all;
}

inline Kept* find_kept(const Place& place, std::uint32_t which) {
  const auto all = kept_in(place);
  return all.empty() ? nullptr : all[which % all.size()];
}

inline KeptTask* find_task(const Place& place, std::uint32_t which) {
  std::vector<KeptTask*> all;
  for (Scope* scope = place.scope; scope != nullptr && scope != place.task_limit;
       scope = scope->parent) {
    for (KeptTask& each : scope->tasks) {
      all.push_back(&each);
    }
  }
  return all.empty() ? nullptr : all[which % all.size()];
}

// steps.cpp

/// Schedules an activity, a wait or a child.
[[nodiscard]] Future begin(Place& place, const Node& node);
/// Does what needs no wait; false if `node` is nothing of that kind.
bool do_at_once(Place& place, const Node& node, std::string& result);

/// Adds to a result, and keeps that short.
void add(std::string& result, const std::string& more);
void received(const Place& place, const Node& node, const std::string& value);
/// Reports a cancellation that a shield should have held off.
void check_shield(const Place& place, const Node& node);

// interpreter.cpp

using Text = Task<std::string>;

/// Runs what the node stands for.
[[nodiscard]] Text run(Place place, const Node* node);

// together.cpp

[[nodiscard]] Text run_futures(Place place, const Node* node);
[[nodiscard]] Text run_tasks(Place place, const Node* node);
[[nodiscard]] Text run_mixed(Place place, const Node* node);
[[nodiscard]] Text run_kept(Place place, const Node* node);
[[nodiscard]] Text run_two_kept(Place place, const Node* node);
[[nodiscard]] Text run_kept_task(Place place, const Node* node);

}  // namespace duroxide::property
