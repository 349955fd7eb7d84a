// A copy of an instance goes on from where the other was.

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "model/instance_rename.hpp"
#include "model/kept_messages.hpp"
#include "model/limits.hpp"
#include "postgres/executions.hpp"
#include "postgres/restored.hpp"
#include "postgres/start_calls.hpp"
#include "postgres/stored_messages.hpp"
#include "postgres/take_up.hpp"
#include "postgres/writings.hpp"

namespace duroxide::postgres {

namespace {

class Fork final : public RestoreWriting {
 public:
  explicit Fork(management::ForkInstance request) : request_(std::move(request)) {}

 protected:
  Change plan(const Bench& bench) override {
    const ForkOptions& options = request_.options;
    require_id(request_.instance);
    const Answers answers = bench.database.read(
        {instance_call(request_.instance), executions_call(request_.instance),
         history_call(request_.instance, options.execution_id), kept_call(request_.instance)});
    const InstanceRow from = require_instance(answers[0], request_.instance);
    Change change;
    require_free(bench, request_.new_instance, change);
    const std::uint64_t execution = options.execution_id.value_or(from.execution);
    auto events = history_in(answers[2], from.id, execution,
                             event_count_of(from, executions_in(answers[1]), execution));
    const auto total = events.size();
    const auto kept = model::find_fork_cut(events, options.event_id);
    if (!kept) {
      refuse_fork(kept.error().what);
    }
    // What the other has kept came behind everything, so a copy that ends earlier goes without.
    const bool is_whole =
        execution == from.execution && kept == model::find_fork_cut(events, std::nullopt);
    events.resize(*kept);
    model::become_root(events, execution, from.id, request_.new_instance);
    auto& started = std::get<event::OrchestrationStarted>(events.front().kind);
    if (options.version) {
      require(model::check_version(*options.version));
      started.version = *options.version;
    }
    InstanceRow copy;
    copy.id = request_.new_instance;
    copy.orchestration = started.name;
    copy.version = started.version;
    copy.execution = execution;
    copy.execution_started_at = events.front().timestamp;
    copy.event_count = *kept;
    copy.tags = from.tags;
    std::vector<WorkItem> messages;
    if (is_whole) {
      auto copies = messages_in(answers[3], from.id);
      for (WorkItem& message : copies) {
        model::readdress(message, copy.id);
      }
      model::add_kept(copy.current(), events, std::move(copies), messages);
    }
    const auto plan = model::plan_restore(copy.current(), events, std::move(messages));
    if (!plan) {
      refuse_fork(plan.error().what);
    }
    create(bench, copy, code_of(copy.orchestration, copy.version), change);
    write_history(copy.number, execution, events, change);
    const TakenUp taken_up{copy.number, copy.incarnation, copy.current()};
    set_state(taken_up, plan->state, bench, change);
    take_up(taken_up, *plan, plan->children, bench, change);
    ask_questions(taken_up, *plan, bench, change);
    restored() = {copy.id, *kept, total - *kept, plan->activities.size()};
    return change;
  }

 private:
  [[noreturn]] void refuse_fork(const std::string& why) const {
    refuse_input("the instance `" + request_.instance + "` cannot be forked: " + why);
  }
  [[nodiscard]] std::uint64_t event_count_of(const InstanceRow& from,
                                             const std::vector<EndedExecution>& ended,
                                             std::uint64_t execution) const {
    if (execution == from.execution) {
      return from.event_count;
    }
    const auto found = std::find_if(
        ended.begin(), ended.end(),
        [execution](const EndedExecution& each) { return each.execution == execution; });
    if (found == ended.end()) {
      refuse_input("the instance `" + request_.instance + "` has no execution " +
                   std::to_string(execution));
    }
    return found->event_count;
  }

  management::ForkInstance request_;
};

}  // namespace

WritingOf<RestoredInstance> write(management::ForkInstance request) {
  return std::make_unique<Fork>(std::move(request));
}

}  // namespace duroxide::postgres
