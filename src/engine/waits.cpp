#include "engine/waits.hpp"

#include <iterator>

#include "model/invariant.hpp"

namespace duroxide::storage {

template <class Act>
void Waits::each_of(Number number, const Act& act) const {
  for (auto place = first_of(number); place != by_instance_.end() && place->first == number;
       ++place) {
    const auto held = waits_.find(place->second);
    DUROXIDE_INVARIANT(held != waits_.end() && held->second.number == number,
                       "a wait that is known by its instance is known by its id");
    act(held->second.wait);
  }
}

void Waits::add(Number number, Holder sender, std::uint64_t wait_id, Wait wait) {
  const Id id{sender, wait_id};
  const bool is_new = waits_.try_emplace(id, Held{number, std::move(wait)}).second;
  DUROXIDE_INVARIANT(is_new, "a sender has one wait of an id at most");
  by_instance_.emplace(number, id);
}

bool Waits::any(Number number) const {
  const auto first = first_of(number);
  return first != by_instance_.end() && first->first == number;
}

bool Waits::has_one(Number number) const {
  if (!any(number)) {
    return false;
  }
  const auto second = std::next(first_of(number));
  return second == by_instance_.end() || second->first != number;
}

bool Waits::is_asked(Number number, std::string_view update_id) const {
  bool is_asked = false;
  each_of(number, [&](const Wait& wait) {
    const auto* update = std::get_if<UpdateWait>(&wait);
    is_asked =
        is_asked || (update != nullptr && !update->question && update->update_id == update_id);
  });
  return is_asked;
}

void Waits::set_answered(Number number, std::string_view question_id) {
  for (auto place = first_of(number); place != by_instance_.end() && place->first == number;
       ++place) {
    auto* update = std::get_if<UpdateWait>(&waits_.at(place->second).wait);
    if (update != nullptr && update->question && update->update_id == question_id) {
      update->is_answered = true;
    }
  }
}

std::vector<provider::Question> Waits::questions(Number number) const {
  std::vector<provider::Question> questions;
  each_of(number, [&](const Wait& wait) {
    const auto* update = std::get_if<UpdateWait>(&wait);
    if (update != nullptr && update->question && !update->is_answered) {
      questions.push_back(*update->question);
    }
  });
  return questions;
}

void Waits::remove_if(Number number, const std::function<bool(const Wait&)>& answered) {
  for (auto place = first_of(number); place != by_instance_.end() && place->first == number;) {
    const auto held = waits_.find(place->second);
    DUROXIDE_INVARIANT(held != waits_.end() && held->second.number == number,
                       "a wait that is known by its instance is known by its id");
    if (answered(held->second.wait)) {
      waits_.erase(held);
      place = by_instance_.erase(place);
    } else {
      ++place;
    }
  }
}

std::vector<Wait> Waits::take(Number number) {
  std::vector<Wait> taken;
  for (auto place = first_of(number); place != by_instance_.end() && place->first == number;
       place = by_instance_.erase(place)) {
    auto held = waits_.extract(place->second);
    DUROXIDE_INVARIANT(!held.empty(), "a wait that is known by its instance is known by its id");
    taken.push_back(std::move(held.mapped().wait));
  }
  return taken;
}

std::optional<std::pair<Number, Wait>> Waits::stop(Holder sender, std::uint64_t wait_id) {
  const Id id{sender, wait_id};
  auto stopped = waits_.extract(id);
  if (stopped.empty()) {
    return std::nullopt;
  }
  const Number number = stopped.mapped().number;
  const bool was_known = by_instance_.erase({number, id}) != 0;
  DUROXIDE_INVARIANT(was_known, "a wait that is known by its id is known by its instance");
  return std::pair(number, std::move(stopped.mapped().wait));
}

std::vector<Wait> Waits::take_all() {
  std::vector<Wait> taken;
  for (const auto& [number, id] : by_instance_) {
    taken.push_back(std::move(waits_.at(id).wait));
  }
  waits_.clear();
  by_instance_.clear();
  return taken;
}

void Waits::drop(Holder sender) {
  auto held = waits_.lower_bound(Id{sender, 0});
  while (held != waits_.end() && held->first.first == sender) {
    const bool was_known = by_instance_.erase({held->second.number, held->first}) != 0;
    DUROXIDE_INVARIANT(was_known, "a wait that is known by its id is known by its instance");
    held = waits_.erase(held);
  }
}

}  // namespace duroxide::storage
