// Several steps that are awaited together, and what code keeps to await it later. As in interpreter.cpp,
// each coroutine declares a local in its outermost block, and awaits only what has a name.

#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "property/scope.hpp"

namespace duroxide::property {

Text run_futures(Place place, const Node* node) {
  std::string result;
  std::vector<Future> futures;
  for (const Node& child : node->children) {
    futures.push_back(begin(place, child));
  }
  try {
    if (node->op == Op::all_futures) {
      auto all = when_all(std::move(futures));
      const std::vector<std::string> values = co_await std::move(all);
      for (std::size_t i = 0; i < values.size(); ++i) {
        received(place, node->children[i], values[i]);
        add(result, values[i]);
      }
    } else if (node->op == Op::any_futures) {
      auto any = when_any(std::move(futures));
      const AnyOf<std::string> winner = co_await std::move(any);
      received(place, node->children[winner.index], winner.value);
      result = std::to_string(winner.index) + winner.value;
    } else {
      std::vector<AsResult<Future>> results;
      for (Future& each : futures) {
        results.push_back(std::move(each).as_result());
      }
      auto all = when_all(std::move(results));
      const auto values = co_await std::move(all);
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i]) {
          received(place, node->children[i], *values[i]);
        }
        add(result, values[i] ? *values[i] : "error " + values[i].error().message);
      }
    }
  } catch (const OrchestrationCancelled&) {
    check_shield(place, *node);
    throw;
  }
  co_return result;
}

Text run_tasks(Place place, const Node* node) {
  std::string result;
  std::vector<Text> tasks;
  for (const Node& child : node->children) {
    tasks.push_back(run(place, &child));
  }
  if (node->op == Op::all_tasks) {
    auto all = when_all(std::move(tasks));
    const std::vector<std::string> values = co_await std::move(all);
    for (const std::string& each : values) {
      add(result, each);
    }
  } else {
    auto any = when_any(std::move(tasks));
    const AnyOf<std::string> winner = co_await std::move(any);
    result = std::to_string(winner.index) + winner.value;
  }
  co_return result;
}

/// A future, a task and a timer.
Text run_mixed(Place place, const Node* node) {
  std::string result;
  Future future = begin(place, node->children[0]);
  Text task = run(place, &node->children[1]);
  auto timer = place.context.schedule_timer(Milliseconds(node->a % 40));
  if (node->op == Op::all_mixed) {
    auto all = when_all(std::move(future), std::move(task), std::move(timer));
    const auto values = co_await std::move(all);
    received(place, node->children[0], std::get<0>(values));
    result = std::get<0>(values) + std::get<1>(values);
  } else if (node->b % 2 == 0) {
    auto any = when_any(std::move(timer), std::move(task), std::move(future));
    const auto winner = co_await std::move(any);
    result = std::to_string(winner.index());
    if (winner.index() == 2) {
      received(place, node->children[0], std::get<2>(winner));
      result += std::get<2>(winner);
    }
  } else {
    auto any = when_any(future, task, timer);
    const auto winner = co_await std::move(any);
    result = std::to_string(winner.index());
    if (winner.index() != 0) {
      auto either = when_any(std::move(future), place.context.schedule_timer(Milliseconds(4)));
      const auto second = co_await std::move(either);
      result += std::to_string(second.index());
    }
  }
  co_return result;
}

Text run_kept(Place place, const Node* node) {
  std::string value;
  Kept* const kept = find_kept(place, node->a);
  if (kept != nullptr) {
    const Use<Kept> use(*kept);
    try {
      value = co_await kept->future;
    } catch (const OrchestrationCancelled&) {
      check_shield(place, *node);
      throw;
    }
  }
  co_return value;
}

Text run_two_kept(Place place, const Node* node) {
  std::string value;
  Kept* const one = find_kept(place, node->a);
  Kept* const two = find_kept(place, node->b);
  if (one != nullptr && one != two) {
    const Use<Kept> use_one(*one);
    const Use<Kept> use_two(*two);
    try {
      if (node->op == Op::all_kept) {
        Future third = begin(place, node->children[0]);
        auto all = when_all(one->future, std::move(third), two->future);
        const auto values = co_await std::move(all);
        received(place, node->children[0], std::get<1>(values));
        value = std::get<0>(values) + std::get<1>(values) + std::get<2>(values);
      } else {
        auto timer = place.context.schedule_timer(Milliseconds(node->a % 30));
        auto any = when_any(one->future, two->future, std::move(timer));
        const auto winner = co_await std::move(any);
        value = std::to_string(winner.index());
      }
    } catch (const OrchestrationCancelled&) {
      check_shield(place, *node);
      throw;
    }
  }
  co_return value;
}

Text run_kept_task(Place place, const Node* node) {
  std::string value;
  KeptTask* const kept = find_task(place, node->a);
  if (kept != nullptr && kept->users == 0) {
    const Use<KeptTask> use(*kept);
    if (node->op == Op::race_task) {
      auto timer = place.context.schedule_timer(Milliseconds(node->b % 25));
      auto any = when_any(kept->task, std::move(timer));
      const auto winner = co_await std::move(any);
      value = std::to_string(winner.index());
    } else {
      value = co_await kept->task;
    }
  }
  co_return value;
}

}  // namespace duroxide::property
