// Programs as coroutines. Each declares a local in its outermost block, and awaits only what has a
// name: see the README's compiler hazards.

#include "property/interpreter.hpp"

#include <exception>
#include <optional>
#include <utility>

#include "property/scope.hpp"

namespace duroxide::property {

namespace {

/// A future that is handed over, or only lent, to the await.
Text run_future(Place place, const Node* node) {
  std::string value;
  Future future = begin(place, *node);
  try {
    if (node->b % 2 == 0) {
      value = co_await std::move(future);
    } else {
      value = co_await future;
    }
  } catch (const OrchestrationCancelled&) {
    check_shield(place, *node);
    throw;
  }
  received(place, *node, value);
  co_return value;
}

Text run_result(Place place, const Node* node) {
  std::string value;
  auto waiting = begin(place, node->children[0]).as_result();
  try {
    const auto result = co_await std::move(waiting);
    value = result ? *result : "error " + result.error().message;
    if (result) {
      received(place, node->children[0], *result);
    }
  } catch (const OrchestrationCancelled&) {
    check_shield(place, *node);
    throw;
  }
  co_return value;
}

Text run_timer(Place place, const Node* node) {
  std::string value = "t";
  const bool is_short = place.environment->profile == Profile::commutative;
  auto timer = place.context.schedule_timer(Milliseconds(node->a % (is_short ? 3 : 40)));
  try {
    co_await timer;
  } catch (const OrchestrationCancelled&) {
    check_shield(place, *node);
    throw;
  }
  co_return value;
}

Text run_read(Place place, const Node* node) {
  std::string value;
  auto reading = place.context.read_value(node->a % 2 == 0 ? "root" : "nobody",
                                          "k" + std::to_string(node->b % 4));
  const std::optional<std::string> read = co_await std::move(reading);
  value = read.value_or("none");
  co_return value;
}

/// Takes steps when it is destroyed, also while an exception passes or the execution ends.
class Guard {
 public:
  Guard(Place place, const Node& node) : place_(place), node_(node) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() {
    try {
      if (node_.b % 2 == 0) {
        place_.context.set_value("guard", std::to_string(node_.b));
      } else {
        const auto forgotten = place_.context.schedule_timer(Milliseconds(node_.b));
      }
    } catch (const OrchestrationError&) {  // too many values: a guard cannot tell
    }
  }

 private:
  Place place_;
  const Node& node_;
};

Text run_sequence(Place outer, const Node* node) {
  std::string result;
  Scope scope(outer.scope);
  Place place = outer;
  place.scope = &scope;
  for (const Node& child : node->children) {
    if (child.op == Op::give_up) {
      break;
    }
    if (child.op == Op::keep_task) {
      Place inside = place;
      inside.task_limit = &scope;
      scope.tasks.emplace_back(run(inside, &child.children[0]));
    } else if (!do_at_once(place, child, result)) {
      Text step = run(place, &child);
      const std::string value = co_await std::move(step);
      add(result, value);
    }
  }
  co_return result;
}

Text run_guarded(Place place, const Node* node) {
  std::string value;
  const Guard guard(place, *node);
  Text body = run(place, &node->children[0]);
  value = co_await body;
  co_return value;
}

Text run_helper(Place place, const Node* node) {
  std::string value;
  Text body = run(place, &node->children[0]);
  value = co_await body;
  co_return value;
}

Text run_loop(Place place, const Node* node) {
  std::string result;
  for (std::uint32_t i = 0; i < 1 + node->a % 3; ++i) {
    Text body = run(place, &node->children[0]);
    const std::string value = co_await std::move(body);
    add(result, value);
  }
  co_return result;
}

Text run_if(Place place, const Node* node) {
  std::string value;
  bool is_first = false;
  if (node->op == Op::if_patched) {
    is_first = place.context.patched("patch" + std::to_string(node->a % 3));
  } else {
    const Kept* kept = find_kept(place, node->a);
    is_first = kept != nullptr && kept->future.is_ready();
  }
  Text body = run(place, &node->children[is_first ? 0 : 1]);
  value = co_await std::move(body);
  co_return value;
}

Text run_shielded(Place place, const Node* node) {
  std::string value;
  const auto shield = place.context.shield();
  place.is_shielded = true;
  Text body = run(place, &node->children[0]);
  value = co_await std::move(body);
  co_return value;
}

Text run_catching(Place place, const Node* node) {
  std::string value;
  bool is_caught = false;
  try {
    Text body = run(place, &node->children[0]);
    value = co_await std::move(body);
  } catch (const OrchestrationError& error) {
    is_caught = true;
    value = "caught " + error.details().message;
  } catch (const std::exception& error) {
    is_caught = true;
    value = std::string("caught ") + error.what();
  }
  if (is_caught) {
    Text handler = run(place, &node->children[1]);
    const std::string handled = co_await std::move(handler);
    add(value, handled);
  }
  co_return value;
}

/// Cleans up after a cancellation; the instance may go on after that, or let the request pass.
Text run_catching_cancel(Place place, const Node* node) {
  std::string value;
  std::optional<OrchestrationCancelled> cancelled;
  try {
    Text body = run(place, &node->children[0]);
    value = co_await std::move(body);
  } catch (const OrchestrationCancelled& caught) {
    cancelled = caught;
  }
  if (cancelled) {
    std::optional<CancellationShield> shield;
    Place inside = place;
    if (node->a % 4 != 0) {
      shield.emplace(place.context.shield());
      inside.is_shielded = true;
    }
    Text cleanup = run(inside, &node->children[1]);
    value = co_await std::move(cleanup);
    if (node->b % 2 == 0) {
      throw OrchestrationCancelled(*cancelled);
    }
  }
  co_return value;
}

Text run_saga_node(Place place, const Node* node) {
  std::string value;
  auto body = [place, node](Saga& saga) -> Text {
    std::string result;
    for (const Node& child : node->children) {
      Text step = run(place, &child);
      const std::string done = co_await std::move(step);
      add(result, done);
      saga.compensate_with("A" + std::to_string(child.a % 10), std::to_string(child.b),
                           ActivityOptions().retry(RetryPolicy().max_attempts(2).backoff(
                               Backoff::fixed(Milliseconds(2)))));
    }
    if (node->b % 4 == 0) {
      throw std::runtime_error("saga");
    }
    if (node->b % 4 == 1) {
      saga.dismiss();
    }
    co_return result;
  };
  Text saga = run_saga(place.context, body);
  value = co_await std::move(saga);
  co_return value;
}

Text run_continue(Place place, const Node*) {
  std::string value;
  if (place.rounds > 0) {
    auto next = place.context.continue_as_new(std::to_string(place.rounds - 1));
    co_await std::move(next);
    place.environment->observer.violation("continue_as_new has come back");
  }
  co_return value;
}

Text run_nothing(Place place, const Node* node) {
  std::string value;
  do_at_once(place, *node, value);
  co_return value;
}

/// A step alone, where it has no scope of its own to keep things in.
Text run_alone(Place outer, const Node* node) {
  std::string value;
  Scope scope(outer.scope);
  Place place = outer;
  place.scope = &scope;
  do_at_once(place, *node, value);
  co_return value;
}

}  // namespace

Text run(Place place, const Node* node) {
  switch (node->op) {
    case Op::activity:
    case Op::event:
    case Op::dequeue:
    case Op::child:
      return run_future(place, node);
    case Op::timer:
      return run_timer(place, node);
    case Op::read:
      return run_read(place, node);
    case Op::await_result:
      return run_result(place, node);
    case Op::sequence:
      return run_sequence(place, node);
    case Op::loop:
      return run_loop(place, node);
    case Op::guarded:
      return run_guarded(place, node);
    case Op::helper:
      return run_helper(place, node);
    case Op::if_patched:
    case Op::if_ready:
      return run_if(place, node);
    case Op::catching:
      return run_catching(place, node);
    case Op::catching_cancel:
      return run_catching_cancel(place, node);
    case Op::shielded:
      return run_shielded(place, node);
    case Op::saga:
      return run_saga_node(place, node);
    case Op::continue_as_new:
      return run_continue(place, node);
    case Op::all_futures:
    case Op::all_results:
    case Op::any_futures:
      return run_futures(place, node);
    case Op::all_tasks:
    case Op::any_tasks:
      return run_tasks(place, node);
    case Op::all_mixed:
    case Op::any_mixed:
      return run_mixed(place, node);
    case Op::await_kept:
      return run_kept(place, node);
    case Op::all_kept:
    case Op::any_kept:
      return run_two_kept(place, node);
    case Op::race_task:
    case Op::await_task:
      return run_kept_task(place, node);
    case Op::keep:
      return run_alone(place, node);
    case Op::keep_task:
      return run(place, &node->children[0]);
    default:
      return run_nothing(place, node);
  }
}

namespace {

/// Answers what the world asks. The program takes no notice of it; its history does.
class Answering {
 public:
  explicit Answering(OrchestrationContext context, bool knows_all) {
    const auto add =
        [this, context](const std::string& text) mutable -> Result<std::string, std::string> {
      sum_ += text;
      (void)context.utc_now();
      if (sum_.size() % 3 == 0) {
        return failure(sum_);
      }
      context.set_custom_status(sum_.substr(sum_.size() / 2));  // which may be too long
      return context.new_guid() + sum_;
    };
    const auto check = [this](const std::string& text) -> Result<void, std::string> {
      if ((sum_.size() + text.size()) % 5 == 0) {
        return failure("not " + text);
      }
      return {};
    };
    context.on_update<std::string, std::string>("U0", add, check);
    if (knows_all) {
      context.on_update<std::string, std::string>("U1", add);
    }
  }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

 private:
  std::string sum_;
};

}  // namespace

Task<std::string> interpret(OrchestrationContext context, const Environment* environment,
                            std::string input) {
  std::string result;
  Place place{context, environment, nullptr, nullptr, 0, false};
  place.rounds = input.empty() ? 0 : static_cast<std::uint32_t>(std::stoul(input));
  const Answering answering(context, environment->index % 2 == 0 && place.rounds != 1);
  Text body = run(place, &environment->program->orchestrations[environment->index]);
  result = co_await std::move(body);
  co_return result;
}

}  // namespace duroxide::property
