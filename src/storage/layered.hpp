#pragma once

// A state with changes laid over it that it does not hold yet.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// Lays the changes `above` over those of `below`: together they do what both did in turn. Once begun,
/// it cannot fail. A row that `below` has put as a new one, and `above` erases, leaves nothing: what
/// comes and goes is not passed over again and again by whoever looks for what is there.
void lay_over(Changes& below, Changes&& above) noexcept;

/// Goes through the rows of `below` as `above` leaves them. `above` must not change meanwhile.
///
/// Each layer stands at the nearest row, in the direction of travel, that was not passed yet. Where
/// both stand at the same key, the change hides the row below it.
class LayeredCursor final : public Cursor {
 public:
  /// Rows whose keys do not begin with `prefix` are not there for it, nor looked at: `above` may hold
  /// very many erasures behind them. Such a cursor only goes forth, from a key that begins so.
  LayeredCursor(std::unique_ptr<Cursor> below, const TableChanges& above, std::string prefix = {})
      : below_(std::move(below)), above_(above), prefix_(std::move(prefix)), change_(above.end()) {}

  bool seek(std::string_view key) override;
  bool last() override;
  bool next() override { return go(Way::forth); }
  bool prev() override { return go(Way::back); }
  [[nodiscard]] std::string_view key() const override;
  [[nodiscard]] model::BytesView value() const override;

 private:
  enum class Way : std::uint8_t { forth, back };
  enum class At : std::uint8_t { nothing, below, change };

  bool go(Way way);
  void reverse();
  void stand_before(std::string_view key);
  void stand_behind(std::string_view key);
  [[nodiscard]] bool is_meant(std::string_view key) const { return key.starts_with(prefix_); }
  /// To the nearer of the two layers that holds a row.
  bool find_shown();
  void leave_row();
  [[nodiscard]] bool below_is_nearer() const;

  std::unique_ptr<Cursor> below_;
  const TableChanges& above_;
  std::string prefix_;
  TableChanges::const_iterator change_;
  bool has_below_ = false;   ///< `below_` stands at a row that is meant
  bool has_change_ = false;  ///< `change_` is one that is meant
  Way way_ = Way::forth;
  At at_ = At::nothing;
};

class LayeredView final : public ReadView {
 public:
  using Load = std::function<std::shared_ptr<const Changes>()>;

  LayeredView(std::unique_ptr<ReadView> below, std::shared_ptr<const Changes> above)
      : below_(std::move(below)), above_(std::move(above)) {}
  /// The changes come from `load` when a row is first asked for. If it throws, that asking does.
  LayeredView(std::unique_ptr<ReadView> below, Load load)
      : below_(std::move(below)), load_(std::move(load)) {}

  [[nodiscard]] std::optional<model::BytesView> get(Table table,
                                                    std::string_view key) const override;
  [[nodiscard]] std::unique_ptr<Cursor> cursor(Table table) const override;
  [[nodiscard]] std::uint64_t count(Table table) const override;
  [[nodiscard]] std::uint64_t commits() const override { return below_->commits(); }

 private:
  [[nodiscard]] const TableChanges& above(Table table) const;

  std::unique_ptr<ReadView> below_;
  Load load_;
  mutable std::shared_ptr<const Changes> above_;
};

}  // namespace duroxide::storage
