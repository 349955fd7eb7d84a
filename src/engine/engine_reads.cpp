// What others see of histories and states: only what is committed.

#include <utility>

#include "engine/engine.hpp"

namespace duroxide::storage {

void Engine::read(const std::string& instance, const HistoryReply& reply) {
  if (stopped_) {
    reply(failure(closed_error("read")));
    return;
  }
  reply(answer_of<std::vector<Event>>("read", [&]() -> std::vector<Event> {
    const ReadView& view = batch_.committed();
    const auto number = find_number(view, instance);
    const auto record = number ? load_instance(view, *number) : std::nullopt;
    if (!record) {
      return {};
    }
    return load_history(view, *number, *record, record->execution);
  }));
}

void Engine::get_status(const std::string& instance, const StatusReply& reply) {
  if (stopped_) {
    reply(failure(closed_error("get_status")));
    return;
  }
  reply(answer_of<OrchestrationStatus>("get_status", [&] {
    const ReadView& view = batch_.committed();
    const auto number = find_number(view, instance);
    return number ? load_status(view, *number) : OrchestrationStatus{};
  }));
}

}  // namespace duroxide::storage
