#include "storage/layered.hpp"

#include <iterator>
#include <utility>

namespace duroxide::storage {

void lay_over(Changes& below, Changes&& above) noexcept {
  for (std::size_t table = 0; table < table_count; ++table) {
    auto& rows = below.at(table);
    auto& changes = above.at(table);
    while (!changes.empty()) {
      auto inserted = rows.insert(changes.extract(changes.begin()));
      if (inserted.inserted) {
        continue;
      }
      Change& before = inserted.position->second;
      Change& after = inserted.node.mapped();
      if (before.fresh && !after.value) {
        rows.erase(inserted.position);
      } else {
        before.value = std::move(after.value);
      }
    }
  }
}

bool LayeredCursor::seek(std::string_view key) {
  stand_before(key);
  return find_shown();
}

bool LayeredCursor::last() {
  way_ = Way::back;
  has_below_ = below_->last() && is_meant(below_->key());
  change_ = above_.empty() ? above_.end() : std::prev(above_.end());
  has_change_ = change_ != above_.end() && is_meant(change_->first);
  return find_shown();
}

bool LayeredCursor::go(Way way) {
  if (at_ == At::nothing) {
    return false;
  }
  if (way != way_) {
    reverse();
  }
  leave_row();
  return find_shown();
}

void LayeredCursor::reverse() {
  const std::string here(key());
  if (way_ == Way::back) {
    stand_before(here);
  } else {
    stand_behind(here);
  }
  (void)find_shown();
}

void LayeredCursor::stand_before(std::string_view key) {
  way_ = Way::forth;
  has_below_ = below_->seek(key) && is_meant(below_->key());
  change_ = above_.lower_bound(key);
  has_change_ = change_ != above_.end() && is_meant(change_->first);
}

void LayeredCursor::stand_behind(std::string_view key) {
  way_ = Way::back;
  has_below_ = below_->seek_back(key) && is_meant(below_->key());
  change_ = above_.upper_bound(key);
  has_change_ = change_ != above_.begin() && is_meant((--change_)->first);
}

bool LayeredCursor::find_shown() {
  while (has_change_ && !below_is_nearer()) {
    at_ = At::change;
    if (change_->second.value) {
      return true;
    }
    leave_row();  // it is erased
  }
  at_ = has_below_ ? At::below : At::nothing;
  return has_below_;
}

bool LayeredCursor::below_is_nearer() const {
  if (!has_below_) {
    return false;
  }
  return way_ == Way::forth ? below_->key() < change_->first : below_->key() > change_->first;
}

void LayeredCursor::leave_row() {
  const bool in_both = at_ == At::change && has_below_ && below_->key() == change_->first;
  if (at_ == At::below || in_both) {
    const bool more = way_ == Way::forth ? below_->next() : below_->prev();
    has_below_ = more && is_meant(below_->key());
  }
  if (at_ != At::change) {
    return;
  }
  if (way_ == Way::forth) {
    has_change_ = ++change_ != above_.end() && is_meant(change_->first);
  } else {
    has_change_ = change_ != above_.begin() && is_meant((--change_)->first);
  }
}

std::string_view LayeredCursor::key() const {
  return at_ == At::change ? change_->first : below_->key();
}

model::BytesView LayeredCursor::value() const {
  return at_ == At::change ? model::BytesView(*change_->second.value) : below_->value();
}

const TableChanges& LayeredView::above(Table table) const {
  if (!above_) {
    above_ = load_();
  }
  return above_->at(static_cast<std::size_t>(table));
}

std::optional<model::BytesView> LayeredView::get(Table table, std::string_view key) const {
  const auto& changes = above(table);
  const auto found = changes.find(key);
  if (found == changes.end()) {
    return below_->get(table, key);
  }
  return found->second.value ? std::optional<model::BytesView>(*found->second.value) : std::nullopt;
}

std::unique_ptr<Cursor> LayeredView::cursor(Table table) const {
  auto below = below_->cursor(table);
  if (above(table).empty()) {
    return below;
  }
  return std::make_unique<LayeredCursor>(std::move(below), above(table));
}

std::uint64_t LayeredView::count(Table table) const {
  std::uint64_t rows = below_->count(table);
  for (const auto& [key, change] : above(table)) {
    const bool was_there = below_->get(table, key).has_value();
    if (change.value && !was_there) {
      ++rows;
    } else if (!change.value && was_there) {
      --rows;
    }
  }
  return rows;
}

}  // namespace duroxide::storage
