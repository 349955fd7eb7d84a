// What management shows of pauses.

#include "provider/core/paused.hpp"
#include "provider/management.hpp"

namespace duroxide::storage {

std::vector<PausedItem> Management::paused() const {
  return load_paused(*store_->snapshot());
}

}  // namespace duroxide::storage
