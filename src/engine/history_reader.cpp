#include "engine/history_reader.hpp"

#include <utility>

#include "model/encoding.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

void throw_damaged_history(const std::string& instance, std::uint64_t execution, std::uint64_t left,
                           std::uint64_t event_count, const std::string& what) {
  throw StorageFailure(ProviderError::Kind::corrupt,
                       "the history of instance `" + instance + "`, execution " +
                           std::to_string(execution) + ", is damaged: " + std::to_string(left) +
                           " of " + std::to_string(event_count) + " events can be read; " + what +
                           "; terminate the instance, or delete it and import an export of it");
}

void HistoryReader::add(std::string_view key, model::BytesView bytes) {
  const std::size_t before = events_.size();
  auto read = model::decode_events_into(bytes, events_);
  if (flaw_) {
    return;
  }
  const auto first = number_at(key, 2 * sizeof(Number));
  if (!read) {
    events_.resize(before);
    flaw_ = model::Flaw{"the row of event " + std::to_string(first) + ": " + read.error().what};
  } else if (events_.size() == before) {
    flaw_ = model::Flaw{"the row of event " + std::to_string(first) + " is empty"};
  } else if (first != before + 1 || events_[before].event_id != first) {
    flaw_ = model::Flaw{"event " + std::to_string(before + 1) +
                        " is not where it should be, but event " +
                        std::to_string(events_[before].event_id)};
  }
}

std::vector<Event> HistoryReader::finish() && {
  if (!flaw_ && events_.size() < event_count_) {
    flaw_ =
        model::Flaw{"what comes behind event " + std::to_string(events_.size()) + " is missing"};
  } else if (!flaw_ && events_.size() > event_count_) {
    flaw_ = model::Flaw{"there are " + std::to_string(events_.size())};
  }
  if (flaw_) {
    throw_damaged_history(instance_, execution_, events_.size(), event_count_, flaw_->what);
  }
  return std::move(events_);
}

}  // namespace duroxide::storage
