// Old executions are dropped.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "model/limits.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/writings.hpp"

namespace duroxide::postgres {

namespace {

/// Executions that one transaction drops of one instance, and instances of which it drops some.
constexpr std::int64_t most_executions = 200;
constexpr std::size_t most_instances = 50;

void check_prune(const PruneOptions& options) {
  if (!options.keep_last && !options.completed_before) {
    refuse_input("say what to drop: set `keep_last`, `completed_before` or both");
  }
}

Call prune_call(const std::string& instance, const PruneOptions& options) {
  return {"prune_executions",
          Parameters()
              .text(instance)
              .number(options.keep_last.value_or(1))
              .optional_number(options.completed_before
                                   ? std::optional(to_milliseconds(*options.completed_before))
                                   : std::nullopt)
              .number(most_executions)};
}

/// What `prune_executions` has answered.
struct Pruned {
  explicit Pruned(const Rows& rows)
      : is_there(rows.first().number(0) == 0),
        executions(rows.first().count(1)),
        events(rows.first().count(2)),
        is_left(rows.first().flag(3)) {}

  bool is_there;
  std::uint64_t executions;
  std::uint64_t events;
  bool is_left;  ///< there are more to drop
};

class PruneOne final : public Writing<PruneResult> {
 public:
  explicit PruneOne(management::PruneExecutions request) : request_(std::move(request)) {}

  std::optional<Step> next(const Bench& /*bench*/) override {
    if (is_done_) {
      return std::nullopt;
    }
    check_prune(request_.options);
    require_id(request_.instance);
    return Step{{prune_call(request_.instance, request_.options)}};
  }
  void made(const Answers& answers) override {
    const Pruned pruned(answers.front());
    if (!pruned.is_there) {
      refuse_unknown(request_.instance);
    }
    result_.executions_deleted += pruned.executions;
    result_.events_deleted += pruned.events;
    is_done_ = !pruned.is_left;
  }
  PruneResult answer() override { return result_; }

 private:
  management::PruneExecutions request_;
  PruneResult result_{1, 0, 0};
  bool is_done_ = false;
};

/// The first of the instances, each until nothing of it is left to drop.
class PruneSome final : public Writing<management::PrunedInstances> {
 public:
  explicit PruneSome(management::PruneInstances request) : request_(std::move(request)) {
    const std::uint64_t limit = request_.limit.value_or(most_instances);
    const std::size_t count = std::min<std::size_t>(
        {request_.instances.size(), most_instances, static_cast<std::size_t>(limit)});
    for (std::size_t i = 0; i < count; ++i) {
      if (model::check_instance_id(request_.instances[i])) {
        to_prune_.push_back(request_.instances[i]);
      }
    }
    done_.instances_seen = count;
  }

  std::optional<Step> next(const Bench& /*bench*/) override {
    check_prune(request_.options);
    if (to_prune_.empty()) {
      return std::nullopt;
    }
    Step step;
    for (const std::string& id : to_prune_) {
      step.calls.push_back(prune_call(id, request_.options));
    }
    return step;
  }
  void made(const Answers& answers) override {
    std::vector<std::string> left;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const Pruned pruned(answers[i]);
      done_.pruned.instances_processed += is_first_ && pruned.is_there ? 1 : 0;
      done_.instances_pruned += is_first_ && pruned.executions > 0 ? 1 : 0;
      done_.pruned.executions_deleted += pruned.executions;
      done_.pruned.events_deleted += pruned.events;
      if (pruned.is_left) {
        left.push_back(to_prune_[i]);
      }
    }
    is_first_ = false;
    to_prune_ = std::move(left);
  }
  management::PrunedInstances answer() override { return done_; }

 private:
  management::PruneInstances request_;
  std::vector<std::string> to_prune_;
  bool is_first_ = true;
  management::PrunedInstances done_;
};

}  // namespace

WritingOf<PruneResult> write(management::PruneExecutions request) {
  return std::make_unique<PruneOne>(std::move(request));
}

WritingOf<management::PrunedInstances> write(management::PruneInstances request) {
  return std::make_unique<PruneSome>(std::move(request));
}

}  // namespace duroxide::postgres
