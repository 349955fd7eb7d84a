#include "upkeep/rewind_instance.hpp"

#include <utility>

#include "engine/rewinding.hpp"

namespace duroxide::storage {

RestoredInstance rewind_instance(Transaction& transaction,
                                 const management::RewindInstance& request) {
  const Number number = transaction.require_instance(request.instance).number;
  Children children;
  children.try_again = true;
  auto restored = rewind_one(transaction, number, request.options, children);
  if (!restored) {
    throw StorageFailure(
        ProviderError::Kind::invalid_input,
        "the instance `" + request.instance + "` cannot be rewound: " + restored.error().what);
  }
  rewind_children(transaction, children);
  return std::move(*restored);
}

}  // namespace duroxide::storage
