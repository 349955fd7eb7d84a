// Histories and messages that the code did not make, or not so. A turn comes to something, whatever stands in its
// history, and the same turn comes to the same.
//
// Input: which program, which of its instances and executions, how much of the history is there, then
// how that and the messages are edited.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/bytes.hpp"
#include "fuzz/edits.hpp"
#include "fuzz/target.hpp"
#include "model/history_check.hpp"
#include "model/restore_plan.hpp"
#include "property/program.hpp"
#include "property/world.hpp"
#include "replay/execution.hpp"

namespace duroxide::fuzz {

const char* const target_name = "replay";

namespace {

using property::Disturbance;
using property::Profile;
using property::Program;

/// A program that has run once, undisturbed.
struct Played {
  explicit Played(std::uint64_t seed)
      : program(property::generate(seed, 8 + static_cast<std::uint32_t>(seed % 24),
                                   Profile::everything)),
        world(program, seed, Disturbance::none) {
    world.run(nullptr);
    require(world.problem().empty(), world.problem());
  }

  Program program;
  property::World world;
};

Played& played(std::uint8_t number) {
  static std::array<std::unique_ptr<Played>, 64> all;
  auto& found = all.at(number % all.size());
  if (!found) {
    found = std::make_unique<Played>(number % all.size());
  }
  return *found;
}

/// One execution of one of its instances.
struct Chosen {
  std::string instance;
  std::uint64_t execution_id = 1;
  const std::vector<Event>* history = nullptr;
};

Chosen choose(const Played& from, Bytes& bytes) {
  const auto& lives = from.world.lives();
  auto life = lives.begin();
  std::advance(life, bytes.byte() % lives.size());
  const auto& histories = life->second.histories;
  const std::size_t index = bytes.byte() % histories.size();
  return {life->first, index + 1, &histories[index]};
}

struct Answers {
  property::Turn turn;    ///< what running the code comes to
  property::Turn failed;  ///< what ending it comes to
};

Answers take_turn(Played& from, const Chosen& chosen, const std::vector<Event>& history,
                  const std::vector<WorkItem>& messages) {
  Answers answers{{chosen.instance, messages, {}, {}}, {chosen.instance, messages, {}, {}}};
  const auto make = [&] {
    // The same time and the same guids for all of them.
    from.world.return_to({Event{1, 0, from_milliseconds(1'000), event::GuidRecorded{"guid-1"}}});
    return from.world.make_execution(chosen.instance, chosen.execution_id);
  };
  auto execution = make();
  if (!history.empty()) {
    execution->replay(history);
  }
  answers.turn.result = execution->run(messages);
  execution = make();
  answers.failed.result = execution->fail(
      history, messages, application_error(ErrorKind::poisoned_orchestration, "too often"));
  return answers;
}

/// What an operator may do with such a history.
void check_restores(const model::ExecutionOf& execution, const std::vector<Event>& history,
                    const std::vector<WorkItem>& messages) {
  if (const auto cut = model::find_rewind_cut(history, {})) {
    require(*cut <= history.size(), "a rewind keeps more than there is");
  }
  if (const auto cut = model::find_fork_cut(history, {})) {
    require(*cut <= history.size(), "a fork keeps more than there is");
  }
  if (const auto plan = model::plan_restore(execution, history, messages)) {
    require(!plan->messages.empty(), "nothing makes what was restored go on");
  }
}

void check_result(const replay::TurnResult& result, std::size_t messages) {
  for (std::size_t i = 0; i + 1 < result.events.size(); ++i) {
    require(!is_terminal(result.events[i].kind), "something comes behind the end");
    require(result.events[i].event_id + 1 == result.events[i + 1].event_id,
            "new events are not numbered one after the other");
  }
  require(result.untaken.size() <= messages, "more is left than came");
  for (const std::uint64_t place : result.untaken) {
    require(place < messages, "what is left is none of what came");
  }
}

}  // namespace

void try_input(std::string_view input) {
  Bytes bytes(input);
  Played& from = played(bytes.byte());
  const Chosen chosen = choose(from, bytes);
  std::vector<Event> history = *chosen.history;
  const model::ExecutionOf execution{chosen.instance, chosen.execution_id, "Test", "1.0.0"};
  history.resize(std::min<std::size_t>(history.size(), bytes.byte()));
  // What really came next.
  std::vector<WorkItem> messages =
      model::messages_behind(execution, *chosen.history, history.size());
  edit_history(history, bytes);
  edit_messages(messages, bytes, chosen.instance, chosen.execution_id);
  check_restores(execution, history, messages);
  const Answers first = take_turn(from, chosen, history, messages);
  const Answers second = take_turn(from, chosen, history, messages);
  for (const auto& [one, other] :
       {std::pair(&first.turn, &second.turn), std::pair(&first.failed, &second.failed)}) {
    const std::string different = property::difference(*one, *other);
    require(different.empty(), "the same turn comes to something else: " + different);
    check_result(one->result, messages.size());
  }
  require(first.failed.result.is_terminal() != model::has_ended(history),
          "an execution that was told to fail goes on, or has ended twice");
}

std::vector<Sample> samples() {
  std::vector<Sample> found;
  for (unsigned program = 0; program < 24; ++program) {
    const auto length = static_cast<char>(3 + 2 * program);
    found.push_back(
        {"program-" + std::to_string(program),
         std::string{static_cast<char>(program), static_cast<char>(program % 3), '\0', length, '\1',
                     static_cast<char>(program % 4)} +
             std::string("\x05\x02\x01\x09\x01\x00\x07\x02\x04\x05\x03\x04\x0a\x06", 14) +
             std::string("\x04\x06\x00\x04\x03\x02\x04\x05\x04\x04\x0a\x02", 12)});
  }
  return found;
}

}  // namespace duroxide::fuzz
