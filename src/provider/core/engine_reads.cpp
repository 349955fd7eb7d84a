// What others see of histories and states: only what is committed.

#include <utility>

#include "provider/core/engine.hpp"

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
    return load_history(view, *number, record->execution);
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

void Engine::wait_for_status(Holder sender, const provider::WaitForStatus& request,
                             StatusReply reply) {
  if (stopped_) {
    reply(failure(closed_error("wait_for_status")));
    return;
  }
  std::optional<Number> parked_for;
  auto answer = answer_of<OrchestrationStatus>("wait_for_status", [&]() -> OrchestrationStatus {
    // A start that is not committed yet is worth waiting for; its end is not worth telling.
    const auto number = instances_.find(request.instance);
    if (!number) {
      return {};
    }
    auto status = load_status(batch_.committed(), *number);
    if (!status.is_terminal()) {
      parked_for = number;
    }
    return status;
  });
  if (!answer || !parked_for) {
    reply(std::move(answer));
    return;
  }
  stop_waiting(sender, request.wait_id);
  waits_.add(*parked_for, sender, request.wait_id, std::move(reply));
}

void Engine::stop_waiting(Holder sender, std::uint64_t wait_id) {
  if (const auto stopped = waits_.stop(sender, wait_id)) {
    stopped->second(answer_of<OrchestrationStatus>(
        "wait_for_status", [&] { return load_status(batch_.committed(), stopped->first); }));
  }
}

}  // namespace duroxide::storage
