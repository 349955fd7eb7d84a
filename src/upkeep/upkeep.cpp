#include "upkeep/upkeep.hpp"

#include "storage/paced_store.hpp"

namespace duroxide::storage {

Upkeep Upkeep::paced() const {
  return Upkeep(make_paced(store_));
}

}  // namespace duroxide::storage
