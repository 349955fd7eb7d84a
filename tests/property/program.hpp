#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace duroxide::property {

/// What a node of a program does. `a` and `b` of the node choose among the details.
enum class Op : std::uint8_t {
  // What gives a future of text.
  activity,
  event,
  dequeue,
  child,
  // What waits for one thing.
  timer,
  read,
  await_result,  ///< the leaf in it, `.as_result()`
  // What needs no wait.
  forget,  ///< schedules the leaf in it, and drops it
  keep,    ///< schedules the leaf in it for later
  drop_kept,
  keep_task,  ///< the node in it, as a task that has not begun
  detach,
  set_value,
  get_value,
  clear_value,
  clear_values,
  set_status,
  reset_status,
  now,
  guid,
  deprecate,
  history_size,
  log,
  ask_cancelled,
  continue_later,
  // Structure.
  sequence,
  loop,
  guarded,  ///< a sequence with an object whose destructor takes steps
  helper,
  if_patched,
  if_ready,
  catching,
  catching_cancel,
  shielded,
  saga,
  fail,
  give_up,  ///< leaves the sequence
  continue_as_new,
  // Combinations.
  all_futures,
  all_results,
  any_futures,
  all_tasks,
  any_tasks,
  all_mixed,
  any_mixed,
  await_kept,
  all_kept,
  any_kept,
  race_task,
  await_task,
};

[[nodiscard]] const char* name_of(Op op);

struct Node {
  Op op = Op::sequence;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::vector<Node> children;
};

/// A random set of orchestrations, of which each starts only later ones.
struct Program {
  std::vector<Node> orchestrations;

  [[nodiscard]] std::string to_text() const;
};

/// What programs are made for.
enum class Profile : std::uint8_t {
  everything,   ///< for a world whose order of events is repeatable
  commutative,  ///< the result is the same in whatever order things come
};

/// The same seed and size make the same program.
[[nodiscard]] Program generate(std::uint64_t seed, std::uint32_t size, Profile profile);

}  // namespace duroxide::property
