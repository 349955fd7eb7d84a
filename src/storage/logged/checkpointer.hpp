#pragma once

// A checkpoint brings commits from the log into the tables, in one transaction that also says how far the
// tables reach. It happens on a thread of its own, so that no commit waits for it.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/log/anchor.hpp"
#include "storage/logged/reached.hpp"
#include "storage/overlay/layers.hpp"

namespace duroxide::model {
class Metrics;
}  // namespace duroxide::model

namespace duroxide::storage {

/// What one checkpoint writes.
struct CheckpointWork {
  LayerStack layers;
  LogAnchor anchor;  ///< reaches to the newest commit of the layers
};

struct CheckpointEnd {
  enum class Kind : std::uint8_t {
    done,
    map_full,  ///< nothing has happened; the map must grow
    failed,    ///< nothing has happened; `error` says whether it may be tried again
  };
  Kind kind = Kind::done;
  LogAnchor anchor;
  ProviderError error;  ///< if it failed
};

/// Runs one checkpoint at a time. But for the thread it has, it is used by the one that commits.
class Checkpointer {
 public:
  /// All must outlive it. What is done is dropped from `layers`, noted in `reached`, and measured by
  /// `metrics` unless that is null.
  Checkpointer(LmdbKv& tables, Layers& layers, Reached& reached, model::Metrics* metrics = nullptr);
  ~Checkpointer() { stop(); }
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// None is under way, and the end of the last one was taken.
  void begin(CheckpointWork work);
  /// How the one that was begun has ended; none while it is under way, or if none was begun.
  [[nodiscard]] std::optional<CheckpointEnd> take_end();
  /// Whether one was begun that has ended, and whose end was not taken yet.
  [[nodiscard]] bool has_ended();
  /// Waits for it. One was begun, and its end was not taken yet.
  [[nodiscard]] CheckpointEnd wait_for_end();
  /// Whether one was begun whose end was not taken yet.
  [[nodiscard]] bool is_under_way() const { return under_way_; }

  /// Waits for the one under way, and ends the thread.
  void stop();

 private:
  void run();
  [[nodiscard]] CheckpointEnd write_measured(const CheckpointWork& work);
  [[nodiscard]] CheckpointEnd write(const CheckpointWork& work);

  LmdbKv& tables_;
  Layers& layers_;
  Reached& reached_;
  model::Metrics* metrics_;
  bool under_way_ = false;  ///< of the thread that commits
  std::mutex mutex_;        ///< guards what follows
  std::condition_variable changed_;
  std::optional<CheckpointWork> work_;
  std::optional<CheckpointEnd> end_;
  bool stopping_ = false;
  std::thread thread_;  ///< last
};

}  // namespace duroxide::storage
