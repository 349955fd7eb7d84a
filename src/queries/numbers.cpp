#include "queries/numbers.hpp"

#include <algorithm>
#include <utility>

#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

class RangeNumbers final : public NumberWalk {
 public:
  RangeNumbers(const ReadView& view, Range range, Direction direction)
      : cursor_(view.cursor(range.table)),
        key_(std::move(range.prefix)),
        prefix_size_(key_.size()),
        direction_(direction) {}

  std::optional<Number> seek(Number from) override {
    if (ended_ || (current_ && !comes_before(direction_, *current_, from))) {
      return current_;
    }
    // The next one is often the one: a step is much cheaper than a search.
    if (current_) {
      accept(direction_ == Direction::up ? cursor_->next() : cursor_->prev());
      if (ended_ || !comes_before(direction_, *current_, from)) {
        return current_;
      }
    }
    key_.resize(prefix_size_);
    append_number(key_, from);
    accept(direction_ == Direction::up ? cursor_->seek(key_) : cursor_->seek_back(key_));
    return current_;
  }

 private:
  void accept(bool found) {
    const std::string_view prefix(key_.data(), prefix_size_);
    if (found && cursor_->key().size() == prefix_size_ + 8 && cursor_->key().starts_with(prefix)) {
      current_ = number_at(cursor_->key(), prefix_size_);
    } else {
      ended_ = true;
      current_.reset();
    }
  }

  std::unique_ptr<Cursor> cursor_;
  std::string key_;  ///< begins with the prefix
  std::size_t prefix_size_;
  Direction direction_;
  std::optional<Number> current_;
  bool ended_ = false;
};

class AnyOf final : public NumberWalk {
 public:
  AnyOf(std::vector<std::unique_ptr<NumberWalk>> sets, Direction direction)
      : sets_(std::move(sets)), direction_(direction) {}

  std::optional<Number> seek(Number from) override {
    std::optional<Number> first;
    for (const auto& set : sets_) {
      const auto number = set->seek(from);
      if (number && (!first || comes_before(direction_, *number, *first))) {
        first = number;
      }
    }
    return first;
  }

 private:
  std::vector<std::unique_ptr<NumberWalk>> sets_;
  Direction direction_;
};

class ListedNumbers final : public NumberWalk {
 public:
  ListedNumbers(const std::vector<Number>& sorted, Direction direction)
      : sorted_(sorted), direction_(direction) {}

  std::optional<Number> seek(Number from) override {
    if (direction_ == Direction::up) {
      const auto found = std::lower_bound(sorted_.begin(), sorted_.end(), from);
      return found == sorted_.end() ? std::nullopt : std::optional(*found);
    }
    const auto beyond = std::upper_bound(sorted_.begin(), sorted_.end(), from);
    return beyond == sorted_.begin() ? std::nullopt : std::optional(*std::prev(beyond));
  }

 private:
  const std::vector<Number>& sorted_;
  Direction direction_;
};

}  // namespace

bool contains(const ReadView& view, const NumberSet& set, Number number) {
  const auto holds = [&](const Range& range) {
    std::string key = range.prefix;
    append_number(key, number);
    return view.get(range.table, key).has_value();
  };
  return std::any_of(set.ranges.begin(), set.ranges.end(), holds) ||
         std::binary_search(set.listed.begin(), set.listed.end(), number);
}

std::unique_ptr<NumberWalk> numbers_of(const ReadView& view, Range range, Direction direction) {
  return std::make_unique<RangeNumbers>(view, std::move(range), direction);
}

std::unique_ptr<NumberWalk> numbers_of(const ReadView& view, const NumberSet& set,
                                       Direction direction) {
  if (set.ranges.size() == 1 && set.listed.empty()) {
    return numbers_of(view, set.ranges.front(), direction);
  }
  std::vector<std::unique_ptr<NumberWalk>> sets;
  sets.reserve(set.ranges.size() + 1);
  for (const Range& range : set.ranges) {
    sets.push_back(numbers_of(view, range, direction));
  }
  if (!set.listed.empty()) {
    sets.push_back(numbers_of(set.listed, direction));
  }
  return std::make_unique<AnyOf>(std::move(sets), direction);
}

std::unique_ptr<NumberWalk> numbers_of(const std::vector<Number>& sorted, Direction direction) {
  return std::make_unique<ListedNumbers>(sorted, direction);
}

}  // namespace duroxide::storage
