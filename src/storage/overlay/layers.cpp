#include "storage/overlay/layers.hpp"

#include <algorithm>
#include <utility>

#include "model/invariant.hpp"
#include "storage/layered.hpp"

namespace duroxide::storage {

namespace {

/// Others come to hold it under the lock of `Layers` only; what those did who held it is done.
bool is_held(const std::shared_ptr<Layer>& layer) {
  return layer->held.load(std::memory_order_acquire) > 0;
}

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

LayerStack::LayerStack(std::vector<std::shared_ptr<Layer>> layers)
    : held_(std::make_shared<const Held>(std::move(layers))) {}

std::unique_ptr<ReadView> LayerStack::over(std::unique_ptr<ReadView> tables) const {
  for (const auto& layer : held_->layers) {
    tables = std::make_unique<LayeredView>(std::move(tables),
                                           std::shared_ptr<const Changes>(held_, &layer->changes));
  }
  return tables;
}

void Layers::push(std::uint64_t number, Changes changes) {
  const std::lock_guard lock(mutex_);
  DUROXIDE_INVARIANT(layers_.empty() || layers_.back()->last + 1 == number,
                     "commits are laid over the tables in order");
  auto layer = std::make_shared<Layer>();
  layer->first = number;
  layer->last = number;
  layer->bytes = size_of(changes);
  layer->changes = std::move(changes);
  layers_.push_back(std::move(layer));
  merge_small();
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
      copy->bytes = below->bytes;
      copy->changes = below->changes;
      below = std::move(copy);
    }
    const auto above = layers_.back();
    lay_over(below->changes, is_held(above) ? Changes(above->changes) : std::move(above->changes));
    below->last = above->last;
    below->bytes += above->bytes;
    layers_.pop_back();
  }
}

LayerStack Layers::stack() const {
  const std::lock_guard lock(mutex_);
  return LayerStack(layers_);
}

LayerStack Layers::seal() {
  const std::lock_guard lock(mutex_);
  sealed_ = layers_.size();
  return LayerStack(layers_);
}

void Layers::drop(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto kept = std::find_if(layers_.begin(), layers_.end(),
                                 [&](const auto& layer) { return layer->last > number; });
  const auto dropped = static_cast<std::size_t>(kept - layers_.begin());
  sealed_ -= std::min(sealed_, dropped);
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

}  // namespace duroxide::storage
