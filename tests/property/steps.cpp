// The steps of programs that are no coroutines.

#include "property/random.hpp"
#include "property/scope.hpp"

namespace duroxide::property {

namespace {

RetryPolicy policy_of(const Node& node, bool is_commutative) {
  RetryPolicy policy;
  policy.max_attempts(1 + node.b % 3);
  switch (node.a / 10 % 4) {
    case 0:
      policy.backoff(Backoff::none());
      break;
    case 1:
      policy.backoff(Backoff::fixed(Milliseconds(3)));
      break;
    case 2:
      policy.backoff(Backoff::linear(Milliseconds(2))).jitter(0.5);
      break;
    default:
      policy.backoff(Backoff::exponential(Milliseconds(1))).max_backoff(Milliseconds(5));
      break;
  }
  if (!is_commutative && node.b % 5 == 0) {
    policy.attempt_timeout(Milliseconds(1 + node.b % 17));
  }
  if (node.b % 7 == 0) {
    policy.retry_if([](const ErrorDetails& error) { return error.message != "a6"; });
  }
  return policy;
}

template <class Options>
Options options_of(const Place& place, const Node& node) {
  const bool is_commutative = place.environment->profile == Profile::commutative;
  Options options;
  if (node.b % 3 == 0) {
    options.retry(policy_of(node, is_commutative));
  }
  if (!is_commutative && node.b % 4 == 0) {
    options.timeout(Milliseconds(5 + node.b % 31));
  }
  return options;
}

/// Most code that meets a limit gets over it.
template <class F>
void unless_too_big(const Node& node, std::string& result, const F& change) {
  try {
    change();
  } catch (const OrchestrationError& error) {
    if (node.b % 5 == 0) {
      throw;
    }
    add(result, error.details().message);
  }
}

std::string key_of(std::uint32_t which) {
  return "k" + std::to_string(which % 4);
}

}  // namespace

std::string orchestration_name(const Environment& environment, std::uint32_t index) {
  return environment.prefix + "P" + std::to_string(index);
}

void add(std::string& result, const std::string& more) {
  result += "," + more;
  if (result.size() > 48) {
    result = "#" + std::to_string(hash_of(result));
  }
}

void received(const Place& place, const Node& node, const std::string& value) {
  if (node.op == Op::event || node.op == Op::dequeue) {
    place.environment->observer.received(value);
  }
}

void check_shield(const Place& place, const Node& node) {
  if (place.is_shielded) {
    place.environment->observer.violation(std::string("a cancellation came through a shield at ") +
                                          name_of(node.op) + " " + std::to_string(node.a) + " " +
                                          std::to_string(node.b));
  }
}

Future begin(Place& place, const Node& node) {
  OrchestrationContext& context = place.context;
  switch (node.op) {
    case Op::event:
      return context.wait_for_external_event("E" + std::to_string(node.a % 3));
    case Op::dequeue:
      return context.dequeue_event("Q" + std::to_string(node.a % 2));
    case Op::child: {
      auto options = options_of<SubOrchestrationOptions>(place, node);
      if (place.environment->profile == Profile::everything && node.b % 10 == 9) {
        options.instance_id(context.instance_id() + "/c" + std::to_string(node.b % 2));
      }
      return context.schedule_sub_orchestration(orchestration_name(*place.environment, node.a),
                                                std::string("1"), options);
    }
    default:
      return context.schedule_activity("A" + std::to_string(node.a % 10), std::to_string(node.b),
                                       options_of<ActivityOptions>(place, node));
  }
}

bool do_at_once(Place& place, const Node& node, std::string& result) {
  OrchestrationContext& context = place.context;
  switch (node.op) {
    case Op::forget: {
      const Future forgotten = begin(place, node.children[0]);
      return true;
    }
    case Op::keep:
      place.scope->kept.emplace_back(begin(place, node.children[0]));
      return true;
    case Op::drop_kept: {
      Kept* const kept = find_kept(place, node.a);
      if (kept != nullptr && kept->users == 0) {
        kept->is_gone = true;
        const Future dropped = std::move(kept->future);
      }
      return true;
    }
    case Op::detach:
      context.schedule_orchestration(
          orchestration_name(*place.environment, node.a),
          place.environment->prefix + "detached-" + std::to_string(node.b % 3), std::string("1"));
      return true;
    case Op::set_value:
      unless_too_big(node, result, [&] {
        context.set_value(key_of(node.a), std::string(node.b % 29, 'v') + std::to_string(node.b));
      });
      return true;
    case Op::get_value:
      add(result, context.get_value(key_of(node.a)).value_or("none"));
      return true;
    case Op::clear_value:
      context.clear_value(key_of(node.a));
      return true;
    case Op::clear_values:
      context.clear_all_values();
      return true;
    case Op::set_status:
      unless_too_big(node, result, [&] {
        context.set_custom_status(std::string(node.b % 29, 's') + std::to_string(node.b));
      });
      return true;
    case Op::reset_status:
      context.reset_custom_status();
      return true;
    case Op::now: {
      const Timestamp now = context.utc_now();
      if (place.environment->profile == Profile::everything) {
        add(result, std::to_string(to_milliseconds(now)));
      }
      return true;
    }
    case Op::guid: {
      if (node.b % 3 == 0) {
        const auto make = [&node] {
          if (node.b % 4 == 0) {
            throw std::runtime_error("no effect " + std::to_string(node.a));
          }
          return "effect " + std::to_string(node.a);
        };
        add(result, context.side_effect("effect", make));
      }
      const std::string guid = context.new_guid();
      if (place.environment->profile == Profile::everything) {
        add(result, guid);
      }
      return true;
    }
    case Op::deprecate:
      context.deprecate_patch("patch" + std::to_string(node.a % 3));
      return true;
    case Op::history_size:
      add(result, std::to_string(context.history_size()));
      return true;
    case Op::log:
      context.log_info("at " + std::to_string(node.a) + result);
      return true;
    case Op::ask_cancelled:
      add(result, context.is_cancel_requested() ? "stop" : "go");
      return true;
    case Op::continue_later:
      if (place.rounds > 0) {
        (void)context.continue_as_new(std::to_string(place.rounds - 1));
      }
      return true;
    case Op::fail:
      if (node.b % 8 == 7) {
        throw node.b;
      }
      throw std::runtime_error("fail " + std::to_string(node.a));
    default:
      return false;
  }
}

}  // namespace duroxide::property
