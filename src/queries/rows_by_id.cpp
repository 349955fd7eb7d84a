#include "engine/instances.hpp"
#include "queries/rows.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

class RowsById final : public Rows {
 public:
  explicit RowsById(const Walk& walk)
      : walk_(walk),
        cursor_(walk.view.cursor(Table::ids)),
        prefix_(walk.filter.id_prefix.value_or("")),
        up_(walk.direction() == Direction::up) {
    if (walk.after) {
      found_ = up_ ? cursor_->seek(walk.after->id) : cursor_->seek_back(walk.after->id);
      if (found_ && cursor_->key() == walk.after->id) {
        step();
      }
    } else if (up_) {
      found_ = cursor_->seek(prefix_);
    } else if (prefix_.empty()) {
      found_ = cursor_->last();
    } else {
      const std::string behind = behind_prefix(prefix_);
      found_ = cursor_->seek_back(behind);
      if (found_ && cursor_->key() == behind) {
        step();
      }
    }
  }

  std::optional<Step> next() override {
    if (!found_ || !cursor_->key().starts_with(prefix_)) {
      return std::nullopt;
    }
    place_.id = cursor_->key();
    const Number number = decode_number(place_.id, cursor_->value());
    step();
    return Step{number, walk_.holds(number, false)};
  }

  Place place() const override { return place_; }

 private:
  void step() { found_ = up_ ? cursor_->next() : cursor_->prev(); }

  Walk walk_;
  std::unique_ptr<Cursor> cursor_;
  std::string prefix_;
  bool up_;
  bool found_ = false;
  Place place_;
};

}  // namespace

std::unique_ptr<Rows> rows_by_id(const Walk& walk) {
  return std::make_unique<RowsById>(walk);
}

}  // namespace duroxide::storage
