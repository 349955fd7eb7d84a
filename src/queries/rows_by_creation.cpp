#include <algorithm>
#include <limits>
#include <map>

#include "engine/counters.hpp"
#include "queries/rows.hpp"

namespace duroxide::storage {

namespace {

class RowsByCreation final : public Rows {
 public:
  explicit RowsByCreation(const Walk& walk)
      : view_(walk.view),
        counters_(walk.plan.counters),
        direction_(walk.direction()),
        first_(walk.plan.first),
        end_(walk.plan.end) {
    if (direction_ == Direction::up) {
      at_ = walk.after ? std::max(first_, walk.after->number + 1) : first_;
    } else {
      // `end_` is 0 only if nothing can match, and the places of a walk are numbers that were given.
      const Number last = end_ - 1;
      at_ = walk.after ? std::min(last, walk.after->number - 1) : last;
      ended_ = end_ == 0 || (walk.after && walk.after->number == 0);
    }
    for (const auto& set : walk.plan.sets) {
      sets_.push_back(numbers_of(view_, set, direction_));
    }
    for (const auto& list : walk.plan.lists) {
      sets_.push_back(numbers_of(list, direction_));
    }
  }

  std::optional<Step> next() override {
    if (ended_ || outside(at_)) {
      return std::nullopt;
    }
    // Each set says where it goes on; the walk follows whichever is farthest.
    const Number asked = at_;
    for (const auto& set : sets_) {
      const auto found = set->seek(at_);
      if (!found || outside(*found)) {
        ended_ = true;
        return std::nullopt;
      }
      at_ = *found;
    }
    const Number found = at_;
    if (found != asked && sets_.size() > 1) {
      return Step{found, false};  // the first sets have not seen this one yet
    }
    pass(found);
    return Step{found, true};
  }

  Place place() const override {
    Place place;
    place.number = direction_ == Direction::up ? at_ - 1 : at_ + 1;
    return place;
  }

  std::uint64_t skip(std::uint64_t matches) override {
    if (counters_.empty() || ended_) {
      return 0;
    }
    const std::uint64_t to_boundary = walk_to_boundary(matches);
    if (ended_ || to_boundary == matches) {
      return to_boundary;
    }
    return to_boundary + skip_blocks(matches - to_boundary);
  }

 private:
  [[nodiscard]] bool outside(Number number) const { return number < first_ || number >= end_; }

  void pass(Number number) {
    if (direction_ == Direction::up) {
      at_ = number + 1;
    } else if (number == 0) {
      ended_ = true;
    } else {
      at_ = number - 1;
    }
  }

  /// Whether what lies ahead begins with a whole block.
  [[nodiscard]] bool at_boundary() const {
    return (direction_ == Direction::up ? at_ : at_ + 1) % numbers_per_block == 0;
  }

  std::uint64_t walk_to_boundary(std::uint64_t matches) {
    std::uint64_t passed = 0;
    const Block block = block_of(at_);
    while (passed < matches && !ended_ && !at_boundary()) {
      const auto found = sets_.front()->seek(at_);
      if (!found || outside(*found)) {
        ended_ = true;
      } else if (block_of(*found) != block) {
        at_ = direction_ == Direction::up ? (block + 1) * numbers_per_block
                                          : block * numbers_per_block - 1;
      } else {
        pass(*found);
        ++passed;
      }
    }
    return passed;
  }

  std::uint64_t skip_blocks(std::uint64_t matches) {
    // The blocks that lie wholly ahead of the walk and inside the span.
    const bool up = direction_ == Direction::up;
    const Block first = up ? block_of(at_) : block_of(first_ + numbers_per_block - 1);
    const Block end = up ? block_of(end_) : block_of(at_) + 1;
    std::map<Block, std::uint64_t> blocks;
    for (const std::string& counter : counters_) {
      add_blocks(view_, counter, first, end, blocks);
    }
    std::uint64_t passed = 0;
    const auto skip_block = [&](Block block, std::uint64_t count) {
      if (passed + count > matches) {
        at_ = up ? block * numbers_per_block : (block + 1) * numbers_per_block - 1;
        return false;
      }
      passed += count;
      return true;
    };
    const auto skips = [&](const auto& entry) { return skip_block(entry.first, entry.second); };
    const bool all = up ? std::all_of(blocks.begin(), blocks.end(), skips)
                        : std::all_of(blocks.rbegin(), blocks.rend(), skips);
    if (all && first < end) {
      if (up) {
        at_ = end * numbers_per_block;
      } else if (first == 0) {
        ended_ = true;
      } else {
        at_ = first * numbers_per_block - 1;
      }
    }
    return passed;
  }

  const ReadView& view_;
  const std::vector<std::string>& counters_;
  Direction direction_;
  Number first_;
  Number end_;
  Number at_ = 0;  ///< the next to look at
  std::vector<std::unique_ptr<NumberWalk>> sets_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Rows> rows_by_creation(const Walk& walk) {
  return std::make_unique<RowsByCreation>(walk);
}

}  // namespace duroxide::storage
