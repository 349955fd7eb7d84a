#include "engine/bookkeeping.hpp"

#include <optional>
#include <string>

#include "engine/delivery_counts.hpp"
#include "engine/start_timeout.hpp"
#include "storage/format.hpp"

namespace duroxide::storage {

void write_bookkeeping(Transaction& transaction) {
  // Not in a commit that writes nothing else: no room was made for it, and a number that is in no row,
  // since what took it was refused, may be given out again.
  const auto to_reserve =
      transaction.batch().empty() ? std::nullopt : transaction.numbers().to_reserve();
  if (to_reserve) {
    transaction.batch().put(Table::meta, std::string(meta_keys::next_instance),
                            make_key(*to_reserve));
    transaction.outcome().numbers_reserved = to_reserve;
  }
  write_counts(transaction);
  watch_starts_again(transaction);
  try {
    count_first_deliveries(transaction);
  } catch (const StorageFailure& failed) {
    transaction.log_unreadable(failed);  // then they are counted later
  }
}

}  // namespace duroxide::storage
