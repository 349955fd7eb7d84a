#include "engine/turn_messages.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/set_aside.hpp"
#include "model/encoding.hpp"

namespace duroxide::storage {

namespace {

// A turn that is fed more than this at once would take too long to begin; the rest follows in the
// next one.
constexpr std::size_t messages_per_turn = 1024;
constexpr std::size_t message_bytes_per_turn = std::size_t{32} << 20;

}  // namespace

TurnMessages read_messages(Transaction& transaction, Number number) {
  TurnMessages messages;
  std::vector<std::pair<std::string, model::Flaw>> unreadable;
  transaction.batch().scan(
      Table::inbox, make_key(number), [&](std::string_view key, model::BytesView bytes) {
        auto item = key.size() == 16 ? model::decode_work_item(bytes) : model::flaw("bad key");
        if (!item) {
          unreadable.emplace_back(key, std::move(item).error());
          return true;
        }
        messages.bytes += bytes.size();
        messages.items.push_back(std::move(*item));
        messages.sequences.push_back(number_at(key, 8));
        messages.may_leave_some =
            messages.items.size() >= messages_per_turn || messages.bytes >= message_bytes_per_turn;
        return !messages.may_leave_some;
      });
  if (!unreadable.empty()) {
    transaction.write_of_itself([&] {
      for (const auto& [key, flaw] : unreadable) {
        set_aside(transaction, Table::inbox, key, flaw.what);
      }
    });
  }
  return messages;
}

bool find_cancellation(Transaction& transaction, Number number, TurnMessages& messages) {
  const auto cancels = [](const WorkItem& item) {
    return std::holds_alternative<work::CancelInstance>(item);
  };
  if (std::any_of(messages.items.begin(), messages.items.end(), cancels)) {
    return true;
  }
  // It may stand behind more messages than one turn takes, and those are never taken.
  bool found = false;
  transaction.batch().scan(Table::inbox, make_key(number),
                           make_key(number, messages.sequences.back() + 1),
                           [&](std::string_view key, model::BytesView bytes) {
                             auto item = model::decode_work_item(bytes);
                             if (item && cancels(*item)) {
                               found = true;
                               messages.bytes += bytes.size();
                               messages.items.push_back(std::move(*item));
                               messages.sequences.push_back(number_at(key, 8));
                             }
                             return !found;
                           });
  return found;
}

}  // namespace duroxide::storage
