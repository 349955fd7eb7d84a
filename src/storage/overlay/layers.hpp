#pragma once

// What was committed and is not in the tables yet: layers of changes over them, the newest on top. A
// layer that somebody reads never changes, so that a snapshot shares it and copies nothing.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/kv.hpp"

namespace duroxide::storage {

/// What some commits in a row have changed together.
struct Layer {
  std::uint64_t first = 0;  ///< number of the first of these commits
  std::uint64_t last = 0;
  std::uint64_t bytes = 0;  ///< that it takes in memory, about
  /// Of these, what the shared payloads take that its rows hold, at most: one that several of its commits
  /// brought counts for each.
  std::uint64_t shared = 0;
  /// What its commits write into the tables, at most: there each row has its payloads in full.
  std::uint64_t in_tables = 0;
  Changes changes;
  /// How many stacks hold it. While there is one it does not change.
  std::atomic<std::size_t> held{0};
};

/// What a commit takes in memory as a layer, about.
struct LayerSize {
  std::uint64_t bytes = 0;
  std::uint64_t shared = 0;     ///< of these, what its shared payloads take
  std::uint64_t in_tables = 0;  ///< what it writes into the tables, with each payload in full
};

/// Takes memory to find it out.
[[nodiscard]] LayerSize layer_size_of(const Changes& changes);

/// Layers from the oldest to the newest, which hold all commits from the first of the one to the last of
/// the other. They stay as they are as long as it, or a view that it gave, lives.
class LayerStack {
 public:
  /// `below`: number of the commit that is the last one below all layers.
  LayerStack(std::vector<std::shared_ptr<Layer>> layers, std::uint64_t below);

  [[nodiscard]] bool empty() const { return held_->layers.empty(); }
  [[nodiscard]] std::size_t size() const { return held_->layers.size(); }
  [[nodiscard]] const Layer& operator[](std::size_t index) const {
    return *held_->layers.at(index);
  }
  /// The number of the newest commit, in a layer or below them.
  [[nodiscard]] std::uint64_t last() const { return empty() ? below_ : held_->layers.back()->last; }

  /// `tables` as these commits leave them, a view that has seen so many commits as `last` says.
  /// `tables` hold all commits below the layers and may hold more, but none behind `last`.
  [[nodiscard]] std::unique_ptr<ReadView> over(std::unique_ptr<ReadView> tables) const;

 private:
  struct Held {
    explicit Held(std::vector<std::shared_ptr<Layer>> of);
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    std::vector<std::shared_ptr<Layer>> layers;
  };

  std::shared_ptr<const Held> held_;
  std::uint64_t below_ = 0;
};

/// The layers of a store. One thread adds to them, another takes them away once they are in the tables,
/// and any thread reads.
class Layers {
 public:
  /// The tables hold everything up to this commit. There is no layer yet.
  void begin_behind(std::uint64_t number);

  /// Takes the memory that the next `push` needs, which cannot fail then if it is told the size.
  void make_room();
  /// A commit, whose number follows the last one's.
  void push(std::uint64_t number, Changes changes, LayerSize size);
  void push(std::uint64_t number, Changes changes);

  /// What a snapshot lays over the tables.
  [[nodiscard]] LayerStack stack() const;

  /// What there is now, to be written into the tables. It is merged with nothing newer, so that it can
  /// be taken away.
  [[nodiscard]] LayerStack seal();
  /// They were not written: they are merged with newer ones again.
  void unseal();
  /// The commits up to this number are in the tables, and what holds no others goes.
  void drop(std::uint64_t number);

  /// Of all layers: what a checkpoint has before it.
  [[nodiscard]] std::uint64_t bytes() const;
  /// Without the shared payloads.
  [[nodiscard]] std::uint64_t bytes_of_rows() const;
  /// What a checkpoint writes into the tables, at most. It may be far more than they take in memory or in
  /// the log, where a payload stands once in however many rows it is.
  [[nodiscard]] std::uint64_t bytes_in_tables() const;

 private:
  /// As `make_room`, with the lock held.
  void make_next();
  /// Keeps reading cheap however many commits there are: each layer is more than twice as large as the
  /// one above it, so there are few.
  void merge_small();
  [[nodiscard]] std::uint64_t last() const {
    return layers_.empty() ? dropped_ : layers_.back()->last;
  }

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Layer>> layers_;
  /// For the next commit: what `make_room` has made, or is left of one that was merged.
  std::shared_ptr<Layer> next_;
  std::size_t sealed_ = 0;     ///< so many of the oldest are merged with nothing
  std::uint64_t dropped_ = 0;  ///< number of the last commit below the layers
};

}  // namespace duroxide::storage
