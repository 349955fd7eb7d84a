#include "storage/overlay/layers.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <type_traits>
#include <utility>

#include "model/invariant.hpp"
#include "storage/layered.hpp"

namespace duroxide::storage {

namespace {

/// Others come to hold it under the lock of `Layers` only; what those did who held it is done.
bool is_held(const std::shared_ptr<Layer>& layer) {
  return layer->held.load(std::memory_order_acquire) > 0;
}

/// What the rows take without shared payloads, about.
std::uint64_t memory_of_rows(const Changes& changes) {
  constexpr std::uint64_t bytes_of_node = 96;  // what a row takes in a map
  std::uint64_t bytes = 0;
  for (const auto& table : changes) {
    for (const auto& [key, change] : table) {
      bytes += bytes_of_node + key.size() + (change.value ? change.value->text().size() : 0);
    }
  }
  return bytes;
}

/// Tables below layers: known by the number of the last commit, wherever that stands.
class NumberedView final : public ReadView {
 public:
  NumberedView(std::unique_ptr<ReadView> tables, std::uint64_t commits)
      : tables_(std::move(tables)), commits_(commits) {}

  [[nodiscard]] std::optional<model::BytesView> get(Table table,
                                                    std::string_view key) const override {
    return tables_->get(table, key);
  }
  [[nodiscard]] std::unique_ptr<Cursor> cursor(Table table) const override {
    return tables_->cursor(table);
  }
  [[nodiscard]] std::uint64_t count(Table table) const override { return tables_->count(table); }
  [[nodiscard]] std::uint64_t commits() const override { return commits_; }

 private:
  std::unique_ptr<ReadView> tables_;
  std::uint64_t commits_;
};

}  // namespace

LayerStack::Held::Held(std::vector<std::shared_ptr<Layer>> of) : layers(std::move(of)) {
  for (const auto& layer : layers) {
    layer->held.fetch_add(1, std::memory_order_relaxed);
  }
}

LayerStack::Held::~Held() {
  for (const auto& layer : layers) {
    layer->held.fetch_sub(1, std::memory_order_release);
  }
}

LayerStack::LayerStack(std::vector<std::shared_ptr<Layer>> layers, std::uint64_t below)
    : held_(std::make_shared<const Held>(std::move(layers))), below_(below) {}

std::unique_ptr<ReadView> LayerStack::over(std::unique_ptr<ReadView> tables) const {
  tables = std::make_unique<NumberedView>(std::move(tables), last());
  for (const auto& layer : held_->layers) {
    tables = std::make_unique<LayeredView>(std::move(tables),
                                           std::shared_ptr<const Changes>(held_, &layer->changes));
  }
  return tables;
}

void Layers::begin_behind(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  DUROXIDE_INVARIANT(layers_.empty(), "it is known where layers begin before there is one");
  dropped_ = number;
}

void Layers::make_room() {
  const std::lock_guard lock(mutex_);
  make_next();
}

void Layers::make_next() {
  layers_.reserve(layers_.size() + 1);
  if (!next_) {
    next_ = std::make_shared<Layer>();
  }
}

LayerSize layer_size_of(const Changes& changes) {
  const std::uint64_t shared = shared_size_of(changes);
  return {memory_of_rows(changes) + shared, shared, size_of(changes)};
}

void Layers::push(std::uint64_t number, Changes changes) {
  const LayerSize size = layer_size_of(changes);
  push(number, std::move(changes), size);
}

void Layers::push(std::uint64_t number, Changes changes, LayerSize size) {
  static_assert(std::is_nothrow_move_assignable_v<Changes>);
  const std::lock_guard lock(mutex_);
  DUROXIDE_INVARIANT(last() + 1 == number, "commits are laid over the tables in order");
  make_next();
  next_->first = number;
  next_->last = number;
  next_->bytes = size.bytes;
  next_->shared = size.shared;
  next_->in_tables = size.in_tables;
  next_->changes = std::move(changes);
  layers_.push_back(std::move(next_));
  try {
    merge_small();
  } catch (const std::bad_alloc&) {
    // To read takes longer then. They are merged with what comes next.
  }
}

void Layers::merge_small() {
  while (layers_.size() >= sealed_ + 2) {
    auto& below = layers_.at(layers_.size() - 2);
    if (is_held(below)) {
      // It must be copied, which is worth it only if it is not much the larger.
      if (below->bytes / 2 > layers_.back()->bytes) {
        return;
      }
      auto copy = std::make_shared<Layer>();
      copy->first = below->first;
      copy->last = below->last;
      copy->bytes = below->bytes;
      copy->shared = below->shared;
      copy->in_tables = below->in_tables;
      copy->changes = below->changes;
      below = std::move(copy);
    }
    auto above = std::move(layers_.back());
    layers_.pop_back();
    DUROXIDE_INVARIANT(!is_held(above), "nobody has seen the newest layer before it is merged");
    lay_over(below->changes, std::move(above->changes));
    below->last = above->last;
    below->bytes += above->bytes;
    below->shared += above->shared;
    below->in_tables += above->in_tables;
    next_ = std::move(above);  // it is empty now, and nobody else has it
  }
}

LayerStack Layers::stack() const {
  const std::lock_guard lock(mutex_);
  return {layers_, dropped_};
}

LayerStack Layers::seal() {
  const std::lock_guard lock(mutex_);
  sealed_ = layers_.size();
  return {layers_, dropped_};
}

void Layers::unseal() {
  const std::lock_guard lock(mutex_);
  sealed_ = 0;
}

void Layers::drop(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto kept = std::find_if(layers_.begin(), layers_.end(),
                                 [&](const auto& layer) { return layer->last > number; });
  const auto dropped = static_cast<std::size_t>(kept - layers_.begin());
  sealed_ -= std::min(sealed_, dropped);
  dropped_ = kept == layers_.begin() ? dropped_ : (*std::prev(kept))->last;
  layers_.erase(layers_.begin(), kept);
}

std::uint64_t Layers::bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& layer : layers_) {
    bytes += layer->bytes;
  }
  return bytes;
}

std::uint64_t Layers::bytes_of_rows() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& layer : layers_) {
    bytes += layer->bytes - layer->shared;
  }
  return bytes;
}

std::uint64_t Layers::bytes_in_tables() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& layer : layers_) {
    bytes += layer->in_tables;
  }
  return bytes;
}

}  // namespace duroxide::storage
