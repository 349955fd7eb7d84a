#include "engine/waits.hpp"

#include <algorithm>

#include "model/invariant.hpp"

namespace duroxide::storage {

void Waits::add(Number number, Holder sender, std::uint64_t wait_id, Wait wait) {
  const Id id{sender, wait_id};
  const bool is_new = by_id_.emplace(id, number).second;
  DUROXIDE_INVARIANT(is_new, "a sender has one wait of an id at most");
  waits_[number].insert_or_assign(id, std::move(wait));
}

bool Waits::is_asked(Number number, std::string_view update_id) const {
  const auto found = waits_.find(number);
  return found != waits_.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](const auto& entry) {
           const auto* update = std::get_if<UpdateWait>(&entry.second);
           return update != nullptr && !update->question && update->update_id == update_id;
         });
}

void Waits::set_answered(Number number, std::string_view question_id) {
  const auto found = waits_.find(number);
  if (found != waits_.end()) {
    for (auto& [id, wait] : found->second) {
      auto* update = std::get_if<UpdateWait>(&wait);
      if (update != nullptr && update->question && update->update_id == question_id) {
        update->is_answered = true;
      }
    }
  }
}

std::vector<provider::Question> Waits::questions(Number number) const {
  std::vector<provider::Question> questions;
  const auto found = waits_.find(number);
  if (found != waits_.end()) {
    for (const auto& [id, wait] : found->second) {
      const auto* update = std::get_if<UpdateWait>(&wait);
      if (update != nullptr && update->question && !update->is_answered) {
        questions.push_back(*update->question);
      }
    }
  }
  return questions;
}

void Waits::remove_if(Number number, const std::function<bool(const Wait&)>& answered) {
  const auto found = waits_.find(number);
  if (found == waits_.end()) {
    return;
  }
  std::erase_if(found->second, [&](const auto& entry) {
    const bool over = answered(entry.second);
    if (over) {
      forget_id(entry.first);
    }
    return over;
  });
  if (found->second.empty()) {
    waits_.erase(found);
  }
}

std::vector<Wait> Waits::take(Number number) {
  std::vector<Wait> taken;
  const auto found = waits_.find(number);
  if (found != waits_.end()) {
    for (auto& [id, wait] : found->second) {
      forget_id(id);
      taken.push_back(std::move(wait));
    }
    waits_.erase(found);
  }
  return taken;
}

std::optional<std::pair<Number, Wait>> Waits::stop(Holder sender, std::uint64_t wait_id) {
  const Id id{sender, wait_id};
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) {
    return std::nullopt;
  }
  const Number number = found->second;
  by_id_.erase(found);
  const auto waits = waits_.find(number);
  DUROXIDE_INVARIANT(waits != waits_.end() && waits->second.contains(id),
                     "a wait that is known by its id is known by its instance");
  auto stopped = waits->second.extract(id);
  if (waits->second.empty()) {
    waits_.erase(waits);
  }
  return std::pair(number, std::move(stopped.mapped()));
}

void Waits::forget_id(const Id& id) {
  const bool was_known = by_id_.erase(id) != 0;
  DUROXIDE_INVARIANT(was_known, "a wait that is known by its instance is known by its id");
}

std::vector<Wait> Waits::take_all() {
  std::vector<Wait> taken;
  for (auto& [number, waits] : waits_) {
    for (auto& [id, wait] : waits) {
      taken.push_back(std::move(wait));
    }
  }
  waits_.clear();
  by_id_.clear();
  return taken;
}

void Waits::drop(Holder sender) {
  auto entry = by_id_.lower_bound(Id{sender, 0});
  while (entry != by_id_.end() && entry->first.first == sender) {
    const auto found = waits_.find(entry->second);
    DUROXIDE_INVARIANT(found != waits_.end() && found->second.contains(entry->first),
                       "a wait that is known by its id is known by its instance");
    found->second.erase(entry->first);
    if (found->second.empty()) {
      waits_.erase(found);
    }
    entry = by_id_.erase(entry);
  }
}

}  // namespace duroxide::storage
