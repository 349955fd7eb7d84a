// Key-value state and custom status: what an instance lets others see.

#include <set>
#include <type_traits>
#include <utility>

#include "engine/engine.hpp"
#include "engine/values.hpp"
#include "model/limits.hpp"
#include "model/message_table.hpp"
#include "model/overloaded.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {}  // namespace

void Engine::get_value(const provider::GetValue& request, const ValueReply& reply) {
  if (stopped_) {
    reply(failure(closed_error("get_value")));
    return;
  }
  reply(answer_of<std::optional<StoredValue>>("get_value", [&]() -> std::optional<StoredValue> {
    require(model::check_key(request.key));
    const ReadView& view = batch_.committed();
    const auto number = find_number(view, request.instance);
    return number ? load_value(view, *number, request.key) : std::nullopt;
  }));
}

void Engine::get_values(const std::string& instance, const ValuesReply& reply) {
  if (stopped_) {
    reply(failure(closed_error("get_values")));
    return;
  }
  reply(answer_of<std::vector<StoredValue>>("get_values", [&] {
    const ReadView& view = batch_.committed();
    const auto number = find_number(view, instance);
    return number ? load_values(view, *number) : std::vector<StoredValue>{};
  }));
}

}  // namespace duroxide::storage
