#include "engine/suspects.hpp"

#include <utility>

namespace duroxide::storage {

void Suspects::load(const ReadView& committed) {
  const auto attempts = committed.cursor(Table::attempts);
  // The rows of an instance's activities stand behind its own and are passed over.
  for (bool found = attempts->seek({}); found;) {
    const std::string_view key = attempts->key();
    if (key.size() < sizeof(Number)) {
      found = attempts->next();
      continue;
    }
    const Number number = number_at(key, 0);
    const auto own = make_key(number);
    const bool counted = key == own && attempts->value().size() == sizeof(std::uint64_t) &&
                         number_at(attempts->value(), 0) > 0;
    // Whether it has messages does not matter: a turn that only answers queries takes none. One in
    // quarantine has no turn to try.
    if (counted && !committed.get(Table::quarantine, own)) {
      suspected_.insert(number);
    }
    found = attempts->seek(make_key(number + 1));
  }
}

bool Suspects::take_turn(Number number, Timestamp now) {
  if (!contains(number) || out_ == number) {
    return true;
  }
  if (out_) {
    waiting_.push_back(number);
    return false;
  }
  out_ = number;
  waits_until_ = saturating_add(now, longest_wait);
  return true;
}

void Suspects::turn_ended(Number number, bool in_batch, Timestamp now) {
  if (in_batch && out_ == number) {
    ended_ = true;
  } else if (contains(number)) {
    through(number, now);
  }
}

void Suspects::batch_committed(Timestamp now) {
  if (std::exchange(ended_, false) && out_) {
    through(*out_, now);
  }
}

void Suspects::through(Number number, Timestamp now) {
  suspected_.erase(number);
  waits_until_ = saturating_add(now, longest_wait);
  if (out_ == number) {
    out_.reset();
    ended_ = false;
    const auto waiting = std::exchange(waiting_, {});
    released_.insert(released_.end(), waiting.begin(), waiting.end());
  }
}

void Suspects::begin_to_wait(Timestamp now) {
  if (!waits_until_) {
    waits_until_ = saturating_add(now, longest_wait);
  }
}

void Suspects::give_up() {
  suspected_.clear();
  out_.reset();
  ended_ = false;
  const auto waiting = std::exchange(waiting_, {});
  released_.insert(released_.end(), waiting.begin(), waiting.end());
}

std::vector<Number> Suspects::take_released() {
  return std::exchange(released_, {});
}

}  // namespace duroxide::storage
