// Quarantine: what was started too often without finishing.

#include <memory>
#include <utility>

#include "engine/engine.hpp"

namespace duroxide::storage {

void Engine::load_quarantine() {
  if (!quarantine_.worth_a_look()) {
    return;
  }
  try {
    quarantine_.load(batch_.committed());
  } catch (const StorageFailure& failed) {
    transaction_.log_unreadable(failed);
  }
}

}  // namespace duroxide::storage
