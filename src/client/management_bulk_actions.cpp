// Doing the same to many instances: each is asked for by a request of its own, and those of some
// hundred are under way at a time, so that they share commits.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/client.hpp>

#include "client/bulk_targets.hpp"
#include "client/client_errors.hpp"
#include "client/each_match.hpp"
#include "client/management_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

using client::BulkTargets;
using client::Step;
using ActionKind = BulkAction::Kind;
using ActionDone = ManagementClient::Done;

/// The answers to several requests, in the order of the requests, once the last has come.
class GatheredAnswers {
 public:
  using OnAll = std::function<void(ManagementClient::Answer<std::vector<ActionDone>>)>;

  GatheredAnswers(std::size_t requests, OnAll on_all)
      : answers_(requests), left_(requests), on_all_(std::move(on_all)) {}

  void put(std::size_t place, ActionDone done) {
    {
      const std::lock_guard lock(mutex_);
      answers_[place] = std::move(done);
      if (--left_ > 0) {
        return;
      }
    }
    on_all_(std::move(answers_));
  }

 private:
  std::mutex mutex_;
  std::vector<ActionDone> answers_;
  std::size_t left_;
  OnAll on_all_;
};

void do_to(const std::string& instance, const BulkAction& action, Client& client,
           const ManagementClient& management, ManagementClient::OnDone on_done) {
  switch (action.kind) {
    case ActionKind::cancel:
      client.cancel_orchestration(instance, action.text, std::move(on_done));
      break;
    case ActionKind::pause:
      management.pause(PauseScope::of_instance(instance), std::move(on_done));
      break;
    case ActionKind::resume:
      management.resume(PauseScope::of_instance(instance), std::move(on_done));
      break;
    case ActionKind::raise:
      client.raise_event(instance, action.name, action.text, client::raise_options(action),
                         std::move(on_done));
      break;
    case ActionKind::enqueue:
      client.enqueue_event(instance, action.name, action.text, client::raise_options(action),
                           std::move(on_done));
      break;
    case ActionKind::terminate:
      management.terminate_instance(instance, action.text, std::move(on_done));
      break;
    case ActionKind::rewind:
      management.rewind_instance(
          instance, {},
          [on_done = std::move(on_done)](const ManagementClient::Answer<RestoredInstance>& done) {
            on_done(done ? ActionDone() : ActionDone(failure(done.error())));
          });
      break;
  }
}

/// Whether the store has refused it for this instance, or could not do it because that is damaged; else
/// it is not well itself.
bool concerns_instance(const ClientError& error) {
  return error.kind == ClientError::Kind::instance_not_found ||
         error.kind == ClientError::Kind::instance_finished ||
         error.kind == ClientError::Kind::invalid_input || client::is_damage(error);
}

/// Adds what came of an instance.
void note(const ManagementClient& client, const BulkTargets& targets, const InstanceSummary& listed,
          const ActionDone& done, Step<BulkResult>& step) {
  if (done) {
    ++step.done.done;
    ++step.acted_on;
  } else if (!concerns_instance(done.error())) {
    step.done.stopped_by = done.error();  // of others in this step it may be done nevertheless
  } else if (targets.has_changed(client, listed, done.error())) {
    ++step.done.unchanged;
  } else {
    ++step.done.refused;
    step.done.refusals.push_back({listed.instance_id, done.error().message});
  }
}

}  // namespace

ManagementClient::Answer<BulkResult> ManagementClient::act_on_instances(
    const InstanceFilter& filter, const BulkAction& action, const OnProgress& on_progress) const {
  if (auto checked = client::check_action(action); !checked) {
    return failure(std::move(checked).error());
  }
  const auto targets = BulkTargets::of(*this, action);
  if (!targets) {
    return failure(targets.error());
  }
  Client client = runtime();
  const auto act = [&](std::span<const InstanceSummary> found,
                       std::optional<std::uint64_t> limit) -> Answer<Step<BulkResult>> {
    Step<BulkResult> step;
    std::vector<const InstanceSummary*> asked;
    for (const InstanceSummary& each : found) {
      if (limit && asked.size() >= *limit) {
        break;
      }
      ++step.seen;
      if (targets->is_so_already(each)) {
        ++step.done.unchanged;
      } else {
        asked.push_back(&each);
      }
    }
    if (asked.empty()) {
      return step;
    }
    const auto answers =
        impl_->wait_for<std::vector<ActionDone>>([&](GatheredAnswers::OnAll on_all) {
          const auto gathered = std::make_shared<GatheredAnswers>(asked.size(), std::move(on_all));
          for (std::size_t i = 0; i < asked.size(); ++i) {
            do_to(asked[i]->instance_id, action, client, *this,
                  [gathered, i](ActionDone done) { gathered->put(i, std::move(done)); });
          }
        });
    if (!answers) {
      return failure(answers.error());
    }
    for (std::size_t i = 0; i < asked.size(); ++i) {
      note(*this, *targets, *asked[i], (*answers)[i], step);
    }
    return step;
  };
  return client::for_each_match<BulkResult>(*this, targets->narrowed(filter), on_progress, act);
}

}  // namespace duroxide::DUROXIDE_ABI
