// A failed instance is taken up again where it was before it failed, and with it its children that failed.

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/encoding.hpp"
#include "model/ids.hpp"
#include "model/kept_messages.hpp"
#include "model/limits.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/start_calls.hpp"
#include "postgres/stored_messages.hpp"
#include "postgres/take_up.hpp"
#include "postgres/writings.hpp"

namespace duroxide::postgres {

namespace {

/// An instance as it is to go on.
struct Rewound {
  TakenUp taken_up;
  model::RestorePlan plan;
  RestoredInstance restored;
};

/// Whether it has failed, or was cancelled, which is taken back likewise.
bool has_failed(const InstanceRow& instance) {
  return model::keeps_messages(instance.status);
}

class Rewind final : public ChangeWriting<RestoredInstance> {
 public:
  explicit Rewind(management::RewindInstance request) : request_(std::move(request)) {}

  RestoredInstance answer() override { return restored_; }

 protected:
  Change plan(const Bench& bench) override {
    require_id(request_.instance);
    Change change;
    std::vector<Rewound> all;
    auto first = rewind(bench, request_.instance, request_.options, change);
    if (!first) {
      refuse_input("the instance `" + request_.instance +
                   "` cannot be rewound: " + first.error().what);
    }
    restored_ = first->restored;
    all.push_back(std::move(*first));
    // Each of them may find some of its own.
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Rewound each = all[i];
      take_up(each.taken_up, each.plan, rewind_children(bench, each, change, all), bench, change);
    }
    for (const Rewound& each : all) {
      ask_questions(each.taken_up, each.plan, bench, change);
    }
    return change;
  }

 private:
  [[nodiscard]] static Result<Rewound, model::Flaw> rewind(const Bench& bench,
                                                           const std::string& id,
                                                           const RewindOptions& options,
                                                           Change& change) {
    const Answers answers =
        bench.database.read({instance_call(id), history_call(id, std::nullopt), kept_call(id)});
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
    std::vector<Event> events(history.begin(),
                              history.begin() + static_cast<std::ptrdiff_t>(*kept));
    auto messages = model::messages_behind(execution, history, *kept, options.skip);
    model::add_kept(execution, events, messages_in(answers[2], id), messages);
    auto plan = model::plan_restore(execution, events, std::move(messages));
    if (!plan) {
      return failure(std::move(plan).error());
    }
    rewound.plan = std::move(*plan);
    rewound.restored = {id, *kept, history.size() - *kept, rewound.plan.activities.size()};
    change.sees(before, Change::Detail::history);
    change.touches(id);
    add_cut(bench, rewound.taken_up, std::move(events), answers[1], options.version, change);
    set_state(rewound.taken_up, rewound.plan.state, bench, change);
    return rewound;
  }

  /// Leaves `events`, of which `rows` holds more.
  static void add_cut(const Bench& bench, const TakenUp& taken_up, std::vector<Event> events,
                      const Rows& rows, const std::optional<std::string>& version, Change& change) {
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
    change.add({"rewind_of_change",
                Parameters()
                    .optional_number(bench.context.now)
                    .number(taken_up.number)
                    .number(taken_up.incarnation)
                    .text(taken_up.execution.version)
                    .number(event_count)
                    .number(last_row)
                    .bytes(model::encode_events({from, events.end()}))
                    .optional_bytes(std::move(start))
                    .text(code_of(taken_up.execution.orchestration, taken_up.execution.version))});
  }

  /// Rewinds what has failed of the plan's children, and gives the others, which are started or found.
  [[nodiscard]] static std::vector<work::StartOrchestration> rewind_children(
      const Bench& bench, const Rewound& parent, Change& change, std::vector<Rewound>& all) {
    std::vector<work::StartOrchestration> others;
    for (const work::StartOrchestration& start : parent.plan.children) {
      const auto child = failed_child(bench, start);
      auto rewound = child ? rewind_if_readable(bench, start.instance, change)
                           : Result<Rewound, model::Flaw>(model::flaw("it has not failed"));
      if (!rewound) {
        others.push_back(start);
        continue;
      }
      change.add({"adopt_of_change", Parameters().number(*child).number(parent.taken_up.number)});
      all.push_back(std::move(*rewound));
    }
    return others;
  }

  /// A child that is damaged is left as it is: its parent is told once more that it has failed.
  [[nodiscard]] static Result<Rewound, model::Flaw> rewind_if_readable(const Bench& bench,
                                                                       const std::string& id,
                                                                       Change& change) {
    try {
      return rewind(bench, id, {}, change);
    } catch (const Refusal& refused) {
      if (!refused.is_damage()) {
        throw;
      }
      return model::flaw(refused.what());
    }
  }

  /// The number of the instance that is the very child which is to be started, from before its parent was taken
  /// up again, if it has failed.
  [[nodiscard]] static std::optional<std::int64_t> failed_child(
      const Bench& bench, const work::StartOrchestration& start) {
    const Answers answers =
        bench.database.read({instance_call(start.instance),
                             {"start_digest", Parameters().text(start.instance),
                              "SELECT start_digest FROM instances WHERE id = $1"}});
    if (answers[0].empty()) {
      return std::nullopt;
    }
    const InstanceRow child = instance_in(answers[0].first());
    const std::uint64_t digest = answers[1].first().count(0);
    const bool was_started_so =
        digest == 0 || digest == model::digest_of_start(start.orchestration, start.input);
    const bool is_it = child.parent == start.parent && child.orchestration == start.orchestration &&
                       was_started_so;
    return is_it && has_failed(child) ? std::optional(child.number) : std::nullopt;
  }

  management::RewindInstance request_;
  RestoredInstance restored_;
};

}  // namespace

WritingOf<RestoredInstance> write(management::RewindInstance request) {
  return std::make_unique<Rewind>(std::move(request));
}

}  // namespace duroxide::postgres
