#include "engine/shown_values.hpp"

#include <set>
#include <string_view>

#include "engine/values.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

void check_values(const std::vector<provider::ValueChange>& changes) {
  std::set<std::string_view> keys;
  for (const auto& [key, value] : changes) {
    require(model::check_key(key));
    if (!keys.insert(key).second) {
      throw_invalid("the key `" + key + "` is changed twice; send the last change only");
    }
    if (value) {
      require(model::check_payload("value of key `" + key + "`", value->value));
      if (value->key != key) {
        throw_invalid("the change of key `" + key + "` has a value of key `" + value->key + "`");
      }
    }
  }
}

}  // namespace

void change_values(Transaction& transaction, const provider::AckOrchestrationItem& request,
                   Number number) {
  check_values(request.values);
  for (const auto& [key, value] : request.values) {
    if (value) {
      transaction.batch().put(Table::values, value_key(number, key), encode_value(*value));
    } else {
      transaction.batch().erase(Table::values, value_key(number, key));
    }
  }
  if (request.custom_status) {
    const auto& [status, version] = *request.custom_status;
    require(model::check_payload("custom status", status.value_or(std::string())));
    transaction.batch().put(Table::custom_status, make_key(number),
                            encode_custom_status(CustomStatus{status, version}));
  }
  if (!request.values.empty() || request.custom_status) {
    transaction.after_applied(
        [&transaction, number] { transaction.outcome().changed.insert(number); });
  }
}

}  // namespace duroxide::storage
