#include <algorithm>
#include <chrono>
#include <limits>
#include <tuple>
#include <vector>

#include "engine/instances.hpp"
#include "queries/rows.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

constexpr std::uint64_t last_time = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t margin = 1000;  ///< so that a second more or less is still a time

Timestamp second_of(Timestamp time) {
  return Timestamp(std::chrono::floor<std::chrono::seconds>(time));
}

/// The entries of one status in `by_updated`.
class Entries {
 public:
  Entries(const ReadView& view, ExecutionStatus status, Direction direction)
      : cursor_(view.cursor(Table::by_updated)),
        prefix_(make_key(static_cast<std::uint64_t>(status))),
        status_(status),
        direction_(direction) {}

  /// To the first of a second, in the direction of the walk.
  void seek(std::uint64_t second) {
    std::string key = prefix_;
    if (direction_ == Direction::up) {
      append_number(key, second);
      accept(cursor_->seek(key));
    } else {
      append_number(key, second + 999);
      append_number(key, std::numeric_limits<Number>::max());
      accept(cursor_->seek_back(key));
    }
  }
  void next() { accept(direction_ == Direction::up ? cursor_->next() : cursor_->prev()); }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] ExecutionStatus status() const { return status_; }
  [[nodiscard]] Timestamp time() const { return from_sortable(number_at(cursor_->key(), 8)); }
  [[nodiscard]] Number number() const { return number_at(cursor_->key(), 16); }

 private:
  void accept(bool found) {
    ended_ = !found || cursor_->key().size() != 24 || !cursor_->key().starts_with(prefix_);
  }

  std::unique_ptr<Cursor> cursor_;
  std::string prefix_;
  ExecutionStatus status_;
  Direction direction_;
  bool ended_ = true;
};

/// The index knows the second of a change, and of what has ended the millisecond; so the walk goes
/// second by second, and sorts each.
class RowsByUpdate final : public Rows {
 public:
  explicit RowsByUpdate(const Walk& walk)
      : walk_(walk), direction_(walk.direction()), after_(walk.after) {
    const Timestamp from = after_                        ? after_->updated_at
                           : direction_ == Direction::up ? from_sortable(margin)
                                                         : from_sortable(last_time - margin);
    for (const auto status : walk.plan.statuses) {
      entries_.emplace_back(walk.view, status, direction_).seek(sortable(second_of(from)));
    }
  }

  std::optional<Step> next() override {
    while (next_ == second_.size()) {
      if (!read_second()) {
        return std::nullopt;
      }
    }
    place_ = second_[next_++];
    const auto& before = walk_.filter.updated_before;
    const bool in_time = !before || place_.updated_at < *before;
    return Step{place_.number, in_time && walk_.holds(place_.number, true)};
  }

  Place place() const override { return place_; }

 private:
  [[nodiscard]] bool comes_first(const Place& a, const Place& b) const {
    const bool before = std::tie(a.updated_at, a.number) < std::tie(b.updated_at, b.number);
    return direction_ == Direction::up ? before : !before && a != b;
  }

  /// False if there is none any more.
  bool read_second() {
    second_.clear();
    next_ = 0;
    std::optional<Timestamp> second;
    for (const Entries& entries : entries_) {
      if (!entries.ended()) {
        const Timestamp other = second_of(entries.time());
        if (!second || (direction_ == Direction::up ? other < *second : other > *second)) {
          second = other;
        }
      }
    }
    const auto& before = walk_.filter.updated_before;
    if (!second || (before && direction_ == Direction::up && *second >= *before)) {
      return false;
    }
    for (Entries& entries : entries_) {
      for (; !entries.ended() && second_of(entries.time()) == *second; entries.next()) {
        Place place{entries.number(), time_of(entries), {}};
        if (!after_ || comes_first(*after_, place)) {
          second_.push_back(std::move(place));
        }
      }
    }
    std::sort(second_.begin(), second_.end(),
              [this](const Place& a, const Place& b) { return comes_first(a, b); });
    return true;
  }

  [[nodiscard]] Timestamp time_of(const Entries& entries) const {
    if (entries.status() == ExecutionStatus::running) {
      if (const auto record = walk_.view.get(Table::instances, make_key(entries.number()))) {
        return updated_at_of_instance(*record).value_or(entries.time());
      }
    }
    return entries.time();
  }

  Walk walk_;
  Direction direction_;
  const std::optional<Place> after_;
  std::vector<Entries> entries_;
  std::vector<Place> second_;  ///< sorted
  std::size_t next_ = 0;
  Place place_;
};

}  // namespace

std::unique_ptr<Rows> rows_by_update(const Walk& walk) {
  return std::make_unique<RowsByUpdate>(walk);
}

}  // namespace duroxide::storage
