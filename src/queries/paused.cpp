// What management shows of pauses.

#include "engine/paused.hpp"
#include "queries/management.hpp"

namespace duroxide::storage {

std::vector<PausedItem> Management::paused() const {
  return load_paused(*store_->snapshot());
}

}  // namespace duroxide::storage
