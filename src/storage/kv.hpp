#pragma once

// The little that a store needs of its bytes: a fixed set of ordered tables, snapshots to read, and
// one atomic write of many changes. LMDB and plain maps both offer it; everything above is shared.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/shared_bytes.hpp"
#include "storage/common.hpp"
#include "storage/readers.hpp"

namespace duroxide::storage {

/// Its numbers stand on the disk, in the log: a new one comes last.
enum class Table : std::uint8_t {
  meta,        ///< what the store itself must remember, by name
  ids,         ///< instance id -> number
  instances,   ///< number -> instance record
  results,     ///< number, execution -> output or error details: apart, because they can be large
  executions,  ///< number, execution -> execution record, once the execution has ended
  history,     ///< number, execution, first event id -> the events of one turn
  inbox,       ///< number, sequence -> work item; 0 is the start or continue-as-new
  work,        ///< number, execution, event id -> activity to run
  timers,      ///< due time, number, execution, id -> work item to deliver then
  attempts,    ///< number, or a work key -> deliveries counted
  by_status,   ///< status, number
  by_name,     ///< orchestration name, 0, status, number
  by_parent,   ///< parent's number, number
  values,      ///< number, key -> entry of the instance's key-value state
  custom_status,  ///< number -> custom status and its version
  progress,       ///< work key -> last heartbeat of an activity
  quarantine,     ///< number, or a work key -> why it is left alone, and since when
  set_aside,      ///< table, key -> a queue row that cannot be read, kept for whoever repairs it
  by_updated,     ///< status, time of the last change (see `update_key`), number
  by_tag,         ///< tag, 0, number
  counters,       ///< how many there are of what; see counters.hpp
  paused,         ///< a letter for the kind of scope and its name -> since when it is paused
  delayed,        ///< number, due time, execution, id: a row of `timers` that is in no history
  kept,           ///< number, sequence -> work item that a failed instance did not take
  event_keys,     ///< the keys of what was sent to an instance; see event_keys.hpp
  awaited,        ///< number, number of who waits for its end, execution, event id
};

/// Those behind it came later, and a store that is only read need not have them.
inline constexpr Table last_of_format_3 = Table::kept;
inline constexpr std::size_t table_count = static_cast<std::size_t>(Table::awaited) + 1;

[[nodiscard]] std::string_view to_string(Table table);

/// A read of one key that names table and key if the bytes make no sense.
[[noreturn]] void throw_corrupt(Table table, std::string_view key, const std::string& why);

/// What the row was found to hold. Throws as `throw_corrupt` if it could not be decoded.
template <class T>
[[nodiscard]] T require_readable(Table table, std::string_view key,
                                 Expected<T, model::Flaw> decoded) {
  if (!decoded) {
    throw_corrupt(table, key, decoded.error().what);
  }
  return std::move(*decoded);
}

/// Ordered iteration over one table. Key and value stay good until the cursor moves.
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// To the first key that is not below `key`. False at the end of the table.
  virtual bool seek(std::string_view key) = 0;
  virtual bool last() = 0;
  virtual bool next() = 0;
  /// False at the beginning of the table.
  virtual bool prev() = 0;
  /// To the last key that is not above `key`. False if there is none.
  bool seek_back(std::string_view key) { return seek(key) ? this->key() == key || prev() : last(); }
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual model::BytesView value() const = 0;
};

/// The committed state of one moment. What it returns stays good as long as it lives.
class ReadView {
 public:
  virtual ~ReadView() = default;
  [[nodiscard]] virtual std::optional<model::BytesView> get(Table table,
                                                            std::string_view key) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Cursor> cursor(Table table) const = 0;
  /// Number of keys.
  [[nodiscard]] virtual std::uint64_t count(Table table) const = 0;
  /// How many commits it has seen; two views with the same number see the same.
  [[nodiscard]] virtual std::uint64_t commits() const = 0;
};

/// One key's new value, or none for a deletion.
struct Change {
  std::optional<model::SharedBytes> value;
  bool fresh = false;  ///< the committed state has no such key
};

using TableChanges = std::map<std::string, Change, std::less<>>;
using Changes = std::array<TableChanges, table_count>;

[[nodiscard]] std::size_t rows_in(const Changes& changes);

/// The bytes of all keys and values. Those of a shared payload count wherever it stands.
[[nodiscard]] std::uint64_t size_of(const Changes& changes);

/// How many bytes the shared payloads in them have, each counted once.
[[nodiscard]] std::uint64_t shared_size_of(const Changes& changes);

/// What a store takes, in bytes. The limit of a key is LMDB's; LMDB counts the bytes of a value in 32
/// bits, and some are its seal's.
inline constexpr std::size_t longest_key = 511;
inline constexpr std::uint64_t longest_value = (std::uint64_t{1} << 32) - 1024;

/// What a commit takes at most: so much, for each change so much besides its key and value, and for each
/// shared payload in that so much besides its bytes.
inline constexpr std::size_t bytes_of_commit = 64;
inline constexpr std::size_t bytes_of_change = 32;
inline constexpr std::size_t bytes_of_part = 16;

/// What room is made for. On a full disk some is kept for all but the first.
enum class RoomFor : std::uint8_t {
  anything,
  little,       ///< what closes a store: it may have what is kept in the log
  making_room,  ///< what takes old things out, and opens a store so that this can be done: it may have
                ///< all that is kept
};

/// All of these throw `StorageFailure`.
class KvStore {
 public:
  virtual ~KvStore() = default;

  /// For the one thread that commits. It must let go of the view before it does.
  [[nodiscard]] virtual std::unique_ptr<ReadView> writer_view() = 0;

  /// For any thread, which has one at a time. To be held briefly: a writer that must grow the store
  /// waits for it.
  [[nodiscard]] virtual std::unique_ptr<ReadView> snapshot() = 0;

  /// As `snapshot`, to be held for long. Whoever has it asks `wants_snapshots_back` now and then.
  [[nodiscard]] virtual std::unique_ptr<ReadView> lasting_snapshot() { return snapshot(); }

  /// As `lasting_snapshot`, but each page of the file is checked before anything on it is believed: for
  /// what must never meet damage unprepared. Slower.
  [[nodiscard]] virtual std::unique_ptr<ReadView> checked_snapshot() { return lasting_snapshot(); }

  /// As `checked_snapshot`, with every value as it lies on the disk, whatever the others make of it.
  [[nodiscard]] virtual std::unique_ptr<ReadView> stored_snapshot() { return checked_snapshot(); }

  /// The store is about to grow or to close, and waits until its snapshots are let go of.
  [[nodiscard]] virtual bool wants_snapshots_back() const { return false; }

  /// Where it lies on the disk; empty if it does not.
  [[nodiscard]] virtual std::filesystem::path directory() const { return {}; }

  /// What is kept in memory for those who take snapshots is read from the disk again. For any thread.
  virtual void forget_cached() {}

  /// By how many bytes a value of this table may grow when it is committed.
  [[nodiscard]] virtual std::size_t growth_of(Table /*table*/) const { return 0; }

  using LetGo = std::function<void()>;
  /// Makes sure that the next commit finds its place if it takes at most so many bytes (see
  /// `bytes_of_change`). Returns how many it may take, which may be more. `disk_full` if there is no
  /// place: then nothing has happened, and it can be tried again. For the one thread that commits. If it
  /// has its view and that must be let go of, so that the store can grow, `let_go` is called.
  [[nodiscard]] virtual std::uint64_t make_room(std::uint64_t /*bytes*/, RoomFor /*what*/,
                                                const LetGo& /*let_go*/) {
    return std::numeric_limits<std::uint64_t>::max();
  }

  /// As `make_room`, if it need wait for nothing; else none.
  [[nodiscard]] virtual std::optional<std::uint64_t> room_at_hand(std::uint64_t /*bytes*/,
                                                                  RoomFor /*what*/) {
    return std::nullopt;
  }

  /// All changes or none, durable on return. Room was made for them. The store may take what is in
  /// `changes`. If it throws, it is broken: whether the changes are there is known when it is opened
  /// again.
  virtual void commit(Changes&& changes) = 0;

  /// The failure after which the store can no longer be trusted with writes, if there was one: of a
  /// sync, for example.
  [[nodiscard]] virtual std::optional<std::string> broken_by() const = 0;

  /// For any thread.
  [[nodiscard]] virtual StoreUse use() = 0;

  /// Waits for the snapshots of other threads; those that come later get `closed`.
  virtual void close() = 0;
};

}  // namespace duroxide::storage
