#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// The changes that wait for the next commit, laid over the committed state. One request at a time
/// is applied to it, and can be taken back as if it had never been.
///
/// The changes are kept in memory until the commit: a message that arrives and is consumed within
/// one batch is never written at all, and the writes of a batch go to the disk in key order.
class Batch {
 public:
  /// Calls what it is given, which waits for the disk.
  using Wait = std::function<void(const std::function<void()>&)>;

  /// `wait`: how it is waited for room that is not at hand; by a call unless it is given.
  explicit Batch(KvStore& store, Wait wait = {}) : store_(store), wait_(std::move(wait)) {}

  /// The value as the batch leaves it. Good until the next change of the same key or the commit.
  [[nodiscard]] std::optional<model::BytesView> get(Table table, std::string_view key);
  [[nodiscard]] bool contains(Table table, std::string_view key) {
    return get(table, key).has_value();
  }

  /// `invalid_input` if no store takes such a key or value.
  void put(Table table, std::string key, model::SharedBytes value);
  /// For a key that the committed state cannot hold.
  void put_new(Table table, std::string key, model::SharedBytes value);
  void erase(Table table, std::string_view key);
  /// Changes a row of the table `counters`, which is nowhere to be seen before the commit. A row
  /// that comes to 0 is dropped. One that cannot be read stays as it is: no commit may fail because of
  /// it, and whoever checks the store still finds it.
  void count(std::string_view counter, std::int64_t change);

  /// The value of a key that this batch itself has put, to be changed in place; else null.
  [[nodiscard]] model::SharedBytes* staged(Table table, std::string_view key);

  /// Calls `visit` with each row whose key begins with `prefix` and is not below `from`, in order,
  /// until it returns false. `visit` must not change the batch.
  void scan(Table table, std::string_view prefix, std::string_view from,
            const std::function<bool(std::string_view, model::BytesView)>& visit);
  void scan(Table table, std::string_view prefix,
            const std::function<bool(std::string_view, model::BytesView)>& visit) {
    scan(table, prefix, prefix, visit);
  }

  /// The state without the batch.
  [[nodiscard]] const ReadView& committed();

  void begin_request();
  void undo_request() { undo_to({0, 0, bytes_before_}); }
  /// Whether the request has changed anything so far.
  [[nodiscard]] bool has_changes() const { return !undo_.empty() || !undo_counts_.empty(); }

  /// How far the request has come: how many rows and counters it has changed, and what the batch takes
  /// with it.
  struct Mark {
    std::size_t rows = 0;
    std::size_t counts = 0;
    std::size_t bytes = 0;
  };
  [[nodiscard]] Mark mark() const { return {undo_.size(), undo_counts_.size(), bytes_}; }
  /// Takes back what the request has done since.
  void undo_to(const Mark& mark);

  [[nodiscard]] bool empty() const { return change_count_ == 0 && counts_.empty(); }
  /// What the commit will write at most, about. What has come and gone does not count.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// Makes sure that the commit finds its place, also if so many bytes are added. Throws as
  /// `KvStore::make_room`, between requests or at the end of one: what was read of the committed state
  /// before is not good any more.
  void make_room(std::size_t more, RoomFor what = RoomFor::anything);
  /// As `make_room`, if nothing has to be waited for. Whether there is room then.
  [[nodiscard]] bool finds_room_at_once(std::size_t more);
  /// Whether there is room for so many bytes more without asking.
  [[nodiscard]] bool has_room(std::size_t more) const {
    return bytes_of_commit + bytes_ + more <= room_;
  }

  /// The counters that were found damaged by commits, all of them.
  [[nodiscard]] const std::set<std::string>& damaged_counters() const { return damaged_counters_; }

  /// Room was made for all of it. If it throws, the store is broken.
  void commit();
  void discard();
  /// Lets go of the committed state, before the store is closed.
  void release() { view_.reset(); }

 private:
  /// What the request has done to one row.
  struct Undo {
    Table table;
    const std::string* key =
        nullptr;                   ///< if it was set: in the row, or in the `erased` of a later one
    std::optional<Change> before;  ///< if it was staged already
    TableChanges::node_type erased;  ///< if it is gone, as only the batch had it
  };

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Counts = std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>>;
  struct UndoCount {
    Counts::value_type* counter = nullptr;
    std::int64_t change = 0;
    bool is_first = false;  ///< of this counter in the batch
  };

  TableChanges& changes(Table table) { return changes_.at(static_cast<std::size_t>(table)); }
  void set(Table table, std::string key, std::optional<model::SharedBytes> value, bool fresh);
  void stage_counts();

  KvStore& store_;
  Wait wait_;
  std::unique_ptr<ReadView> view_;
  Changes changes_;
  std::vector<Undo> undo_;
  // Counters are hot: a batch changes the same few over and over, so their changes are summed up,
  // and meet the committed values only once.
  Counts counts_;
  std::vector<UndoCount> undo_counts_;
  std::set<std::string> damaged_counters_;
  std::size_t change_count_ = 0;
  std::size_t bytes_ = 0;
  std::size_t bytes_before_ = 0;  ///< when the request began
  std::uint64_t room_ = 0;        ///< that the store has made for the commit
};

}  // namespace duroxide::storage
