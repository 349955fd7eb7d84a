#include "upkeep/fork_instance.hpp"

#include <string>
#include <utility>
#include <vector>

#include "engine/kept_rows.hpp"
#include "engine/restored.hpp"
#include "model/instance_rename.hpp"
#include "model/kept_messages.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

RestoredInstance fork_instance(Transaction& transaction, const management::ForkInstance& request) {
  const auto [source, from] = transaction.require_instance(request.instance);
  require_free_id(transaction, request.new_instance);
  const std::uint64_t execution = request.options.execution_id.value_or(from.execution);
  if (execution != from.execution &&
      !transaction.batch().contains(Table::executions, make_key(source, execution))) {
    throw_invalid("the instance `" + request.instance + "` has no execution " +
                  std::to_string(execution));
  }
  const auto refuse_fork = [&](const std::string& why) {
    throw_invalid("the instance `" + request.instance + "` cannot be forked: " + why);
  };
  auto events = transaction.instances().load_history(source, from, execution);
  const auto total = events.size();
  const auto kept = model::find_fork_cut(events, request.options.event_id);
  if (!kept) {
    refuse_fork(kept.error().what);
  }
  // What the other has kept came behind everything, so a copy that ends earlier goes without.
  const bool is_whole = execution == from.execution && kept == model::find_fork_cut(events, {});
  events.resize(*kept);
  model::become_root(events, execution, from.id, request.new_instance);
  auto& started = std::get<event::OrchestrationStarted>(events.front().kind);
  if (request.options.version) {
    require(model::check_version(*request.options.version));
    started.version = *request.options.version;
  }

  InstanceRecord record;
  record.id = request.new_instance;
  record.orchestration = started.name;
  record.version = started.version;
  record.execution = execution;
  record.execution_started_at = events.front().timestamp;
  record.event_count = *kept;
  record.tags = from.tags;
  const model::ExecutionOf forked_execution{record.id, record.execution, record.orchestration,
                                            record.version};
  std::vector<WorkItem> messages;
  if (is_whole) {
    auto copies = read_kept(transaction, source);
    for (WorkItem& copy : copies) {
      model::readdress(copy, record.id);
    }
    model::add_kept(forked_execution, events, std::move(copies), messages);
  }
  const auto plan = model::plan_restore(forked_execution, events, std::move(messages));
  if (!plan) {
    refuse_fork(plan.error().what);
  }
  const Number number = transaction.numbers().next_instance();
  create_restored(transaction, number, record);
  write_history(transaction, number, execution, events);
  write_state(transaction, number, plan->state);
  Children children;
  take_up(transaction, number, record, *plan, children);
  ask_questions(transaction, children);
  return RestoredInstance{record.id, *kept, total - *kept, plan->activities.size()};
}

}  // namespace duroxide::storage
