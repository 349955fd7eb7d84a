#include "model/updates.hpp"

#include <algorithm>

namespace duroxide::model {

void Updates::receive(const event::UpdateReceived& update) {
  if (answers_.try_emplace(update.id).second) {
    waiting_.push_back(update);
  }
}

void Updates::answer(const event::UpdateAnswered& answered) {
  const auto found =
      std::find_if(waiting_.begin(), waiting_.end(),
                   [&](const event::UpdateReceived& each) { return each.id == answered.id; });
  if (found != waiting_.end()) {
    waiting_.erase(found);
    answers_.insert_or_assign(answered.id, answered);
  }
}

const event::UpdateAnswered* Updates::answer_to(std::string_view id) const {
  const auto found = answers_.find(id);
  return found == answers_.end() || found->second.id.empty() ? nullptr : &found->second;
}

}  // namespace duroxide::model
