#include "postgres/rewinds.hpp"

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

#include "model/encoding.hpp"
#include "model/ids.hpp"
#include "model/kept_messages.hpp"
#include "model/limits.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/start_calls.hpp"
#include "postgres/stored_messages.hpp"

namespace duroxide::postgres {

namespace {

/// Whether it has failed, or was cancelled, which is taken back likewise.
bool has_failed(const InstanceRow& instance) {
  return model::keeps_messages(instance.status);
}

}  // namespace

Result<RestoredInstance, model::Flaw> Rewinds::add(const std::string& id,
                                                   const RewindOptions& options) {
  const Answers answers =
      bench_.database.read({instance_call(id), history_call(id, std::nullopt), kept_call(id)});
  const InstanceRow before = require_instance(answers[0], id);
  if (!has_failed(before)) {
    return model::flaw("it has not failed");
  }
  if (options.version) {
    require(model::check_version(*options.version));
  }
  const auto history = history_in(answers[1], id, before.execution, before.event_count);
  const auto kept = model::find_rewind_cut(history, options);
  if (!kept) {
    return failure(kept.error());
  }
  Rewound rewound;
  rewound.taken_up = {before.number, new_incarnation(), before.current()};
  rewound.taken_up.execution.version = options.version.value_or(before.version);
  const model::ExecutionOf& execution = rewound.taken_up.execution;
  std::vector<Event> events(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(*kept));
  auto messages = model::messages_behind(execution, history, *kept, options.skip);
  model::add_kept(execution, events, messages_in(answers[2], id), messages);
  auto plan = model::plan_restore(execution, events, std::move(messages));
  if (!plan) {
    return failure(std::move(plan).error());
  }
  rewound.plan = std::move(*plan);
  change_.sees(before, Change::Detail::history);
  change_.touches(id);
  add_cut(rewound.taken_up, std::move(events), answers[1], options.version);
  set_state(rewound.taken_up, rewound.plan.state, bench_, change_);
  const RestoredInstance restored{id, *kept, history.size() - *kept,
                                  rewound.plan.activities.size()};
  rewound_.push_back(std::move(rewound));
  return restored;
}

Rewinds::Child Rewinds::add_child(const work::StartOrchestration& start, std::int64_t parent) {
  const Answers answers =
      bench_.database.read({instance_call(start.instance),
                            {"start_digest", Parameters().text(start.instance),
                             "SELECT start_digest FROM instances WHERE id = $1"}});
  if (answers[0].empty()) {
    return Child::is_other;
  }
  const InstanceRow child = instance_in(answers[0].first());
  if (!has_failed(child)) {
    return Child::is_other;
  }
  const std::uint64_t digest = answers[1].first().count(0);
  const bool was_started_so =
      digest == 0 || digest == model::digest_of_start(start.orchestration, start.input);
  if (child.parent != start.parent || child.orchestration != start.orchestration ||
      !was_started_so || !add_if_readable(start.instance)) {
    return Child::stays;
  }
  change_.add({"adopt_of_change", Parameters().number(child.number).number(parent)});
  return Child::rewound;
}

Result<RestoredInstance, model::Flaw> Rewinds::add_if_readable(const std::string& id) {
  try {
    return add(id, {});
  } catch (const Refusal& refused) {
    // A child that is damaged is left as it is: its parent is told once more that it has failed.
    if (!refused.is_damage()) {
      throw;
    }
    return model::flaw(refused.what());
  }
}

void Rewinds::take_up_all() {
  // Each of them may find some of its own.
  std::size_t next = 0;
  while (next < rewound_.size()) {
    const Rewound each = rewound_[next++];         // a copy: the list grows meanwhile
    std::vector<work::StartOrchestration> others;  // which are started, or found
    for (const work::StartOrchestration& start : each.plan.children) {
      if (add_child(start, each.taken_up.number) != Child::rewound) {
        others.push_back(start);
      }
    }
    take_up(each.taken_up, each.plan, others, bench_, change_);
  }
  for (const Rewound& each : rewound_) {
    ask_questions(each.taken_up, each.plan, bench_, change_);
  }
}

void Rewinds::add_cut(const TakenUp& taken_up, std::vector<Event> events, const Rows& rows,
                      const std::optional<std::string>& version) {
  const std::uint64_t event_count = events.size();
  if (auto* started = std::get_if<event::OrchestrationStarted>(&events.front().kind);
      version && started != nullptr) {
    started->version = *version;
  }
  // The rows up to the last that holds an event which is kept; of that one, what is kept of it.
  std::uint64_t last_row = 1;
  std::uint64_t end_of_first = event_count;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t first = rows.row(i).count(0);
    last_row = first <= event_count ? first : last_row;
    end_of_first = i == 1 && first <= event_count ? first - 1 : end_of_first;
  }
  const auto from = events.begin() + static_cast<std::ptrdiff_t>(last_row - 1);
  std::optional<std::string> start;
  if (version && last_row > 1) {
    start = model::encode_events(
        {events.begin(), events.begin() + static_cast<std::ptrdiff_t>(end_of_first)});
  }
  change_.add({"rewind_of_change",
               Parameters()
                   .optional_number(bench_.context.now)
                   .number(taken_up.number)
                   .number(taken_up.incarnation)
                   .text(taken_up.execution.version)
                   .number(event_count)
                   .number(last_row)
                   .bytes(model::encode_events({from, events.end()}))
                   .optional_bytes(std::move(start))
                   .text(code_of(taken_up.execution.orchestration, taken_up.execution.version))});
}

}  // namespace duroxide::postgres
