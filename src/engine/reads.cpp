#include "engine/reads.hpp"

#include "engine/instances.hpp"
#include "engine/values.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

std::vector<Event> read_history(const ReadView& view, const provider::Read& request) {
  const auto number = find_number(view, request.instance);
  const auto record = number ? load_instance(view, *number) : std::nullopt;
  if (!record) {
    return {};
  }
  return load_history(view, *number, *record, record->execution);
}

OrchestrationStatus get_status(const ReadView& view, const provider::GetStatus& request) {
  const auto number = find_number(view, request.instance);
  return number ? load_status(view, *number) : OrchestrationStatus{};
}

std::optional<StoredValue> get_value(const ReadView& view, const provider::GetValue& request) {
  require(model::check_key(request.key));
  const auto number = find_number(view, request.instance);
  return number ? load_value(view, *number, request.key) : std::nullopt;
}

std::vector<StoredValue> get_values(const ReadView& view, const provider::GetValues& request) {
  const auto number = find_number(view, request.instance);
  return number ? load_values(view, *number) : std::vector<StoredValue>{};
}

}  // namespace duroxide::storage
