// Room for what is committed. It is looked for before anything is staged for good, so that a commit
// finds its place: a request for which there is none is refused alone, and while there is none even for
// what the engine writes of itself, nothing is handed out.

#include <algorithm>
#include <exception>

#include "engine/engine.hpp"

namespace duroxide::storage {

bool Engine::look_for_room() {
  if (stopped_) {
    return false;
  }
  if (!transaction_.is_resting() && !batch_.has_room(options_.slack)) {
    try {
      batch_.make_room(options_.slack);
    } catch (const std::exception& failed) {
      if (!store_->broken_by()) {
        begin_rest(transaction_, failed.what());
      }
    }
  }
  if (const auto reason = store_->broken_by()) {
    commit_failed(*reason);
    return false;
  }
  return true;
}

}  // namespace duroxide::storage
