#include "engine/delivery_counts.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "engine/work_dispatch.hpp"

namespace duroxide::storage {

namespace {

/// Of a row of `attempts` that counts the deliveries of an activity.
constexpr std::size_t bytes_of_count =
    3 * sizeof(std::uint64_t) + sizeof(std::uint64_t) + bytes_of_change;

bool finds_room(Transaction& transaction, std::size_t bytes) {
  try {
    transaction.batch().make_room(bytes);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

void write_counts(Transaction& transaction) {
  // Those for which there is no room are written with a later commit.
  auto& counts = transaction.work().counts_to_write;
  for (auto entry = counts.begin(); entry != counts.end(); entry = counts.erase(entry)) {
    if (transaction.counted().work.contains(entry->first)) {
      continue;  // the batch counts the delivery that follows
    }
    if (!finds_room(transaction, bytes_of_count)) {
      return;
    }
    transaction.batch().put(Table::attempts, entry->first.bytes(), make_key(entry->second));
  }
}

void count_first_deliveries(Transaction& transaction) {
  // Rows that will be handed out right after the commit which writes them are written with that
  // delivery counted: it costs nothing here, and another write later. So this goes through what
  // `dispatch_work` is about to do.
  if (transaction.is_resting() || transaction.paused().store() || !transaction.suspects().empty() ||
      transaction.outcome().new_work.empty() || transaction.work().parked.empty()) {
    return;
  }
  std::vector<const WorkRef*> rows;
  rows.reserve(transaction.outcome().work_after_commit.size() +
               transaction.outcome().new_work.size());
  for (const WorkRef& work : transaction.outcome().work_after_commit) {
    rows.push_back(&work);
  }
  const std::size_t first_new = rows.size();
  for (const WorkRef& work : transaction.outcome().new_work) {
    rows.push_back(&work);
  }
  std::map<std::string, Holder> bound;  // sessions that are to be bound on the way
  std::size_t first_left = 0;
  for (const auto& fetch : transaction.work().parked) {
    std::uint64_t room = fetch.max_items;
    std::size_t bytes = 0;
    for (std::size_t i = first_left; i < rows.size() && room > 0 && bytes < work_bytes_per_answer;
         ++i) {
      const WorkRef* work = rows[i];
      if (work == nullptr || !transaction.work().takes(fetch.filter, work->lane)) {
        continue;
      }
      const LookupKey row_key = work->key.lookup();
      const auto row = transaction.batch().get(Table::work, row_key);
      if (!row) {
        rows[i] = nullptr;  // cancelled
        continue;
      }
      if (work->lane && work->lane->session) {
        const auto [session, first] = bound.emplace(*work->lane->session, fetch.filter.holder);
        if (!first && session->second != fetch.filter.holder) {
          continue;
        }
      }
      rows[i] = nullptr;
      bytes += row->size();
      --room;
      if (i >= first_new) {
        count_first_delivery(transaction.batch().staged(Table::work, row_key)->changeable_text());
        transaction.counted().work.insert(work->key);
      }
    }
    while (first_left < rows.size() && rows[first_left] == nullptr) {
      ++first_left;
    }
  }
}

}  // namespace duroxide::storage
