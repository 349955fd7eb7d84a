#include "engine/turn_lines.hpp"

#include "model/invariant.hpp"

namespace duroxide::storage {

void TurnLines::push(const Waiting& waiting) {
  if (queued_.insert(waiting.number).second) {
    auto& line = waiting.line == TurnLine::begun ? begun_ : fresh_;
    line.push_back({waiting.number, waiting.since});
  }
}

std::optional<TurnLines::Waiting> TurnLines::pop() {
  const bool lets_one_pass = begun_in_a_row_ >= most_begun_in_a_row && !fresh_.empty();
  const TurnLine chosen = begun_.empty() || lets_one_pass ? TurnLine::fresh : TurnLine::begun;
  auto& line = chosen == TurnLine::begun ? begun_ : fresh_;
  if (line.empty()) {
    return std::nullopt;
  }
  begun_in_a_row_ = chosen == TurnLine::begun && !fresh_.empty() ? begun_in_a_row_ + 1 : 0;
  const Waiting first{line.front().number, chosen, line.front().since};
  line.pop_front();
  const bool was_queued = queued_.erase(first.number) != 0;
  DUROXIDE_INVARIANT(was_queued, "an instance stands in the queue of turns once");
  return first;
}

}  // namespace duroxide::storage
