// Instances are ended without running their code any more, with their attached children.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/encoding.hpp"
#include "model/error_size.hpp"
#include "model/limits.hpp"
#include "model/unbegun.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/stored_messages.hpp"
#include "postgres/writings.hpp"

namespace duroxide::postgres {

namespace {

const std::string& children_text() {
  static const std::string text = std::string("SELECT ") + instance_columns +
                                  " FROM instances i JOIN turns t ON t.number = i.number"
                                  " JOIN instances p ON p.number = i.parent_number"
                                  " WHERE p.id = $1 AND i.status = 0"
                                  "   AND i.parent_execution = p.execution"
                                  " ORDER BY i.created_at, i.number";
  return text;
}

struct Condemned {
  std::string id;
  std::string reason;
};

class Terminate final : public ChangeWriting<std::monostate> {
 public:
  explicit Terminate(management::TerminateInstance request) : request_(std::move(request)) {}

  std::monostate answer() override { return {}; }

 protected:
  Change plan(const Bench& bench) override {
    require(model::check_payload("reason", request_.reason));
    require_id(request_.instance);
    Change change;
    std::vector<Condemned> doomed{{request_.instance, request_.reason}};
    std::set<std::string> seen;
    for (std::size_t i = 0; i < doomed.size(); ++i) {
      const Condemned next = doomed[i];
      if (seen.insert(next.id).second) {
        add_end(bench, next, i == 0, change, doomed);
      }
    }
    return change;
  }

 private:
  void add_end(const Bench& bench, const Condemned& doomed, bool is_root, Change& change,
               std::vector<Condemned>& more) {
    const Answers answers = bench.database.read(
        {instance_call(doomed.id),
         inbox_call(doomed.id),
         delayed_start_call(doomed.id),
         {"running_children", Parameters().text(doomed.id), children_text().c_str()},
         history_call(doomed.id, std::nullopt)});
    if (answers[0].empty() && !is_root) {
      return;
    }
    const InstanceRow instance = require_instance(answers[0], doomed.id);
    if (instance.status != ExecutionStatus::running) {
      if (is_root) {
        refuse_finished(doomed.id);
      }
      return;
    }
    change.sees(instance, Change::Detail::history);
    change.touches(instance.id);
    change.add(
        end_call(bench, instance, doomed.reason, first_message(instance, answers[1], answers[2])));
    const std::set<std::uint64_t> outliving = outliving_calls(instance, answers[3], answers[4]);
    for (std::size_t i = 0; i < answers[3].size(); ++i) {
      const InstanceRow child = instance_in(answers[3].row(i));
      if (child.parent && !outliving.contains(child.parent->event_id)) {
        more.push_back({child.id, "the parent instance " + instance.id + " was terminated (" +
                                      doomed.reason + ")"});
      }
    }
  }

  /// The start of an execution that has not begun; none if it cannot be read.
  [[nodiscard]] static std::optional<WorkItem> first_message(const InstanceRow& instance,
                                                             const Rows& inbox,
                                                             const Rows& delayed_start) {
    const Rows& rows = instance.start_due ? delayed_start : inbox;
    if (instance.event_count > 0 || rows.empty()) {
      return std::nullopt;
    }
    try {
      return placed_message_in(rows.first(), instance.id).item;
    } catch (const Refusal&) {
      return std::nullopt;
    }
  }

  /// The calls of the execution whose children outlive it. None of a history that cannot be read: then all end.
  [[nodiscard]] static std::set<std::uint64_t> outliving_calls(const InstanceRow& instance,
                                                               const Rows& children,
                                                               const Rows& history) {
    std::set<std::uint64_t> calls;
    if (children.empty()) {
      return calls;
    }
    try {
      for (const Event& event :
           history_in(history, instance.id, instance.execution, instance.event_count)) {
        const auto* child = std::get_if<event::SubOrchestrationScheduled>(&event.kind);
        if (child != nullptr && child->outlives_parent) {
          calls.insert(event.event_id);
        }
      }
    } catch (const Refusal& refused) {
      if (!refused.is_damage()) {
        throw;
      }
    }
    return calls;
  }

  [[nodiscard]] static Call end_call(const Bench& bench, const InstanceRow& instance,
                                     const std::string& reason,
                                     const std::optional<WorkItem>& start) {
    ErrorDetails details = application_error(ErrorKind::cancelled, reason, instance.id);
    model::limit_size(details);
    std::uint64_t event_count = instance.event_count;
    std::vector<Event> events;
    const auto append = [&](EventKind kind) {
      events.push_back({++event_count, 0, bench.context.clock_now, std::move(kind)});
    };
    if (instance.event_count == 0) {
      append(model::started_by(instance.current(), instance.parent, start));
    }
    append(event::OrchestrationCancelRequested{reason});
    append(event::OrchestrationFailed{details});
    const std::string failure = model::encode_error(details);
    details.came_through({ErrorOrigin::Kind::orchestration, instance.orchestration, instance.id,
                          instance.execution, 0});
    return {"terminate_of_change", Parameters()
                                       .optional_number(bench.context.now)
                                       .number(instance.number)
                                       .number(events.front().event_id)
                                       .number(event_count)
                                       .bytes(model::encode_events(events))
                                       .bytes(failure)
                                       .bytes(model::encode_error(details))};
  }

  management::TerminateInstance request_;
};

}  // namespace

WritingOf<std::monostate> write(management::TerminateInstance request) {
  return std::make_unique<Terminate>(std::move(request));
}

}  // namespace duroxide::postgres
