#include "property/program.hpp"

#include <array>

namespace duroxide::property {

namespace {

void print(const Node& node, std::size_t depth, std::string& text) {
  text += std::string(2 * depth, ' ') + name_of(node.op) + " " + std::to_string(node.a) + " " +
          std::to_string(node.b) + "\n";
  for (const Node& child : node.children) {
    print(child, depth + 1, text);
  }
}

}  // namespace

const char* name_of(Op op) {
  static constexpr std::array names{"activity",
                                    "event",
                                    "dequeue",
                                    "child",
                                    "timer",
                                    "read",
                                    "await_result",
                                    "forget",
                                    "keep",
                                    "drop_kept",
                                    "keep_task",
                                    "detach",
                                    "set_value",
                                    "get_value",
                                    "clear_value",
                                    "clear_values",
                                    "set_status",
                                    "reset_status",
                                    "now",
                                    "guid",
                                    "deprecate",
                                    "history_size",
                                    "log",
                                    "ask_cancelled",
                                    "continue_later",
                                    "sequence",
                                    "loop",
                                    "guarded",
                                    "helper",
                                    "if_patched",
                                    "if_ready",
                                    "catching",
                                    "catching_cancel",
                                    "shielded",
                                    "saga",
                                    "fail",
                                    "give_up",
                                    "continue_as_new",
                                    "all_futures",
                                    "all_results",
                                    "any_futures",
                                    "all_tasks",
                                    "any_tasks",
                                    "all_mixed",
                                    "any_mixed",
                                    "await_kept",
                                    "all_kept",
                                    "any_kept",
                                    "race_task",
                                    "await_task"};
  static_assert(names.size() == static_cast<std::size_t>(Op::await_task) + 1);
  return names.at(static_cast<std::size_t>(op));
}

std::string Program::to_text() const {
  std::string text;
  for (std::size_t i = 0; i < orchestrations.size(); ++i) {
    text += "P" + std::to_string(i) + ":\n";
    print(orchestrations[i], 1, text);
  }
  return text;
}

}  // namespace duroxide::property
