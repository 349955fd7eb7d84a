#include "storage/batch.hpp"

#include <exception>
#include <utility>

#include "model/invariant.hpp"
#include "storage/keys.hpp"
#include "storage/layered.hpp"

namespace duroxide::storage {

namespace {

/// What the commit takes for a row of a table whose values may grow by so much.
std::size_t bytes_of(std::string_view key, const Change& change, std::size_t growth) {
  std::size_t bytes = key.size() + bytes_of_change;
  if (change.value) {
    bytes += change.value->size() + growth + change.value->parts().size() * bytes_of_part;
  }
  return bytes;
}

}  // namespace

const ReadView& Batch::committed() {
  if (!view_) {
    view_ = store_.writer_view();
  }
  return *view_;
}

std::optional<model::BytesView> Batch::get(Table table, std::string_view key) {
  const auto& staged = changes(table);
  if (const auto found = staged.find(key); found != staged.end()) {
    if (found->second.value) {
      return model::BytesView(*found->second.value);
    }
    return std::nullopt;
  }
  return committed().get(table, key);
}

void Batch::set(Table table, std::string key, std::optional<model::SharedBytes> value, bool fresh) {
  if (key.empty() || key.size() > longest_key) {
    throw_invalid("a key of " + std::to_string(key.size()) + " bytes; a store takes 1 to " +
                  std::to_string(longest_key));
  }
  const std::size_t growth = store_.growth_of(table);
  if (value && value->size() > longest_value - growth) {
    throw_invalid("a value of " + std::to_string(value->size()) + " bytes; a store takes up to " +
                  std::to_string(longest_value - growth));
  }
  auto& staged = changes(table);
  auto [entry, inserted] = staged.try_emplace(std::move(key));
  undo_.push_back(Undo{table, &entry->first, std::nullopt, {}});
  if (inserted) {
    ++change_count_;
    entry->second = Change{std::move(value), fresh};
  } else {
    bytes_ -= bytes_of(entry->first, entry->second, growth);
    const bool was_fresh = entry->second.fresh;
    undo_.back().before = std::exchange(entry->second, Change{std::move(value), was_fresh});
  }
  bytes_ += bytes_of(entry->first, entry->second, growth);
}

void Batch::put(Table table, std::string key, model::SharedBytes value) {
  set(table, std::move(key), std::move(value), false);
}

void Batch::put_new(Table table, std::string key, model::SharedBytes value) {
  set(table, std::move(key), std::move(value), true);
}

void Batch::erase(Table table, std::string_view key) {
  auto& staged = changes(table);
  const auto found = staged.find(key);
  if (found != staged.end() && found->second.fresh) {
    DUROXIDE_INVARIANT(change_count_ > 0, "each row that a batch changes is counted");
    bytes_ -= bytes_of(found->first, found->second, store_.growth_of(table));
    undo_.push_back(Undo{table, nullptr, std::nullopt, {}});
    undo_.back().erased = staged.extract(found);
    --change_count_;
    return;
  }
  if (found == staged.end() && !committed().get(table, key)) {
    return;
  }
  set(table, std::string(key), std::nullopt, false);
}

void Batch::count(std::string_view counter, std::int64_t change) {
  bool is_first = false;
  auto found = counts_.find(counter);
  if (found == counts_.end()) {
    found = counts_.emplace(counter, 0).first;
    bytes_ += counter.size() + sizeof(std::uint64_t) + bytes_of_change;
    is_first = true;
  }
  found->second += change;
  undo_counts_.push_back({&*found, change, is_first});
}

void Batch::stage_counts() {
  auto& staged = changes(Table::counters);
  for (const auto& [counter, change] : counts_) {
    std::optional<model::BytesView> bytes;
    bool is_readable = true;
    try {
      bytes = committed().get(Table::counters, counter);
    } catch (const StorageFailure& failed) {
      is_readable = failed.error().kind != ProviderError::Kind::corrupt;
      if (is_readable) {
        throw;
      }
    }
    if (!is_readable || (bytes && bytes->size() != sizeof(std::uint64_t))) {
      damaged_counters_.insert(counter);
      continue;  // a new number would have a good seal, and hide that it is wrong
    }
    const auto before = bytes ? static_cast<std::int64_t>(stored_number(*bytes)) : 0;
    const auto after = before + change;
    std::optional<std::string> value;
    if (after > 0) {
      value = make_key(static_cast<std::uint64_t>(after));
    }
    if (change != 0) {
      staged.insert_or_assign(counter, Change{std::move(value), false});
    }
  }
}

model::SharedBytes* Batch::staged(Table table, std::string_view key) {
  auto& staged = changes(table);
  const auto found = staged.find(key);
  return found != staged.end() && found->second.value ? &*found->second.value : nullptr;
}

void Batch::scan(Table table, std::string_view prefix, std::string_view from,
                 const std::function<bool(std::string_view, model::BytesView)>& visit) {
  LayeredCursor cursor(committed().cursor(table), changes(table), std::string(prefix));
  for (bool more = cursor.seek(from); more; more = cursor.next()) {
    if (!visit(cursor.key(), cursor.value())) {
      return;
    }
  }
}

void Batch::begin_request() {
  undo_.clear();
  undo_counts_.clear();
  bytes_before_ = bytes_;
}

void Batch::make_room(std::size_t more, RoomFor what) {
  const std::uint64_t bytes = bytes_of_commit + bytes_ + more;
  if (bytes <= room_) {
    return;
  }
  if (const auto found = store_.room_at_hand(bytes, what)) {
    room_ = *found;
    return;
  }
  const auto make = [&] { room_ = store_.make_room(bytes, what, [this] { view_.reset(); }); };
  if (wait_) {
    wait_(make);
  } else {
    make();
  }
}

bool Batch::finds_room_at_once(std::size_t more) {
  const std::uint64_t bytes = bytes_of_commit + bytes_ + more;
  if (bytes <= room_) {
    return true;
  }
  try {
    room_ = store_.room_at_hand(bytes, RoomFor::anything).value_or(room_);
  } catch (const std::exception&) {
    return false;  // whoever needs it is told
  }
  return bytes <= room_;
}

void Batch::undo_to(const Mark& mark) {
  DUROXIDE_INVARIANT(mark.rows <= undo_.size() && mark.counts <= undo_counts_.size(),
                     "a batch goes back to a mark of the same request, the latest first");
  while (undo_counts_.size() > mark.counts) {
    const UndoCount undone = undo_counts_.back();
    undo_counts_.pop_back();
    undone.counter->second -= undone.change;
    if (undone.is_first) {  // nothing else refers to it any more
      counts_.erase(counts_.find(undone.counter->first));
    }
  }
  while (undo_.size() > mark.rows) {
    Undo& undo = undo_.back();
    auto& staged = changes(undo.table);
    if (undo.erased) {
      const bool is_back = staged.insert(std::move(undo.erased)).inserted;
      DUROXIDE_INVARIANT(is_back, "a row that was taken out of a batch comes back once");
      ++change_count_;
    } else {
      const auto row = staged.find(*undo.key);
      DUROXIDE_INVARIANT(row != staged.end() && change_count_ > 0,
                         "what is undone in a batch is still there, and counted");
      if (undo.before) {
        row->second = std::move(*undo.before);
      } else {
        staged.erase(row);
        --change_count_;
      }
    }
    undo_.pop_back();
  }
  bytes_ = mark.bytes;
}

void Batch::commit() {
  stage_counts();
  view_.reset();
  if (!empty()) {
    store_.commit(std::move(changes_));
  }
  discard();
}

void Batch::discard() {
  for (auto& table : changes_) {
    table.clear();
  }
  undo_.clear();
  counts_.clear();
  undo_counts_.clear();
  change_count_ = 0;
  bytes_ = 0;
  bytes_before_ = 0;
  room_ = 0;
}

}  // namespace duroxide::storage
