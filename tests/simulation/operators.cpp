// What operators do: they look, pause, cancel, rewind, fork, prune and delete.

#include <utility>

#include <duroxide/management_protocol.hpp>

#include "simulation/people.hpp"

namespace duroxide::simulation {

namespace {

template <class T>
using Answer = ManagementClient::Answer<T>;

/// Has the management of a store asked for what its clients have only as a call that blocks.
template <class Request>
void ask_management(World& world, Request request,
                    std::function<void(const typename Request::Response&)> then) {
  // Everything goes in as an argument: CAF 0.17 dereferences null for a function that has none.
  world.process().actors().spawn(
      [](caf::event_based_actor* self, const ManagementActor& asked, const Request& question,
         const std::function<void(typename Request::Response)>& on_answer) {
        actors::ask(self, asked, question, on_answer,
                    [on_answer] { on_answer(failure(management::not_available())); });
      },
      management_of(world.process().store()), std::move(request),
      std::function<void(typename Request::Response)>(std::move(then)));
}

}  // namespace

void People::look(Known& known) {
  ManagementClient& management = world_.management();
  const std::string& id = known.instance;
  switch (world_.random.below(6)) {
    case 0:
      management.get_instance_details(
          id, world_.answer<Answer<std::optional<InstanceDetails>>>([](const auto&) {}));
      return;
    case 1:
      management.list_messages(
          id, world_.answer<Answer<std::vector<InstanceMessage>>>([](const auto&) {}));
      return;
    case 2:
      management.list_pending_activities(
          id, world_.answer<Answer<std::vector<PendingActivity>>>([](const auto&) {}));
      return;
    case 3:
      management.get_instance_tree(id, world_.answer<Answer<InstanceTree>>([](const auto&) {}));
      return;
    case 4:
      management.get_instance_info(
          id, world_.answer<Answer<InstanceInfo>>([this, &known](const auto& info) {
            if (info && info->status.is_terminal() && !known.may_be_gone && !known.may_run_again &&
                known.end && *known.end != info->status.to_string()) {
              world_.violation(known.instance + " has another end in management");
            }
          }));
      return;
    default:
      world_.client().get_all_values(id, world_.answer<Client::Values>([](const auto&) {}));
  }
}

void People::look_around() {
  ManagementClient& management = world_.management();
  switch (world_.random.below(4)) {
    case 0: {
      InstanceFilter filter;
      filter.order = static_cast<InstanceOrder>(world_.random.below(3));
      filter.descending = world_.random.chance(50);
      management.list_page(filter, 1 + world_.random.below(3), std::nullopt,
                           world_.answer<Answer<InstancePage>>([](const auto&) {}));
      return;
    }
    case 1:
      management.list_stuck({},
                            world_.answer<Answer<std::vector<StuckInstance>>>([](const auto&) {}));
      return;
    case 2:
      management.get_system_metrics(world_.answer<Answer<SystemMetrics>>([](const auto&) {}));
      return;
    default:
      // The check of everything, while everything is at work.
      ask_management<management::VerifyStore>(
          world_, {}, world_.answer<management::VerifyStore::Response>([this](const auto& report) {
            world_.count("the store was checked while it was at work");
            if (report && !report->is_clean()) {
              world_.violation("the store is not in order: " + report->problems.at(0).what);
            }
          }));
  }
}

void People::pause(const Known& known) {
  PauseScope scope = PauseScope::of_store();
  const std::uint32_t which = world_.random.below(5);
  if (which < 3) {
    scope = PauseScope::of_instance(known.instance);
  } else if (which < 4) {
    scope = PauseScope::of_orchestration(known.part->prefix + "P0");
  }
  const bool begins = world_.random.chance(40);
  world_.trace.note((begins ? "pause " : "resume ") + std::string(to_string(scope.kind)));
  if (begins) {
    world_.management().pause(scope, world_.counted<Answer<void>>("something was paused"));
  } else {
    world_.management().resume(scope, world_.answer<Answer<void>>([](const auto&) {}));
  }
}

void People::stop(Known& known) {
  if (world_.random.chance(60)) {
    world_.trace.note("cancel " + known.instance);
    world_.client().cancel_orchestration(known.instance, "enough",
                                         world_.counted<Client::Done>("an instance was cancelled"));
    return;
  }
  world_.trace.note("terminate " + known.instance);
  world_.management().terminate_instance(
      known.instance, "now", world_.counted<Answer<void>>("an instance was terminated"));
}

void People::add_known(const Known& like, const std::string& instance) {
  auto made = std::make_unique<Known>();
  made->part = like.part;
  made->instance = instance;
  made->is_accepted = true;
  made->is_cut = true;  // it has activities that another instance has run
  world_.known.push_back(std::move(made));
}

void People::prune(Known& known) {
  world_.trace.note("prune " + known.instance);
  known.is_cut = true;
  PruneOptions options;
  options.keep_last = 1;
  world_.management().prune_executions(
      known.instance, options, world_.answer<Answer<PruneResult>>([this](const auto& pruned) {
        if (pruned && pruned->executions_deleted > 0) {
          world_.count("executions were pruned");
        }
      }));
}

void People::restore(Known& known) {
  const std::uint32_t which = world_.random.below(3);
  const std::string copy = known.instance + copy_mark + std::to_string(restored_);
  if (which == 0) {
    world_.trace.note("rewind " + known.instance);
    known.may_run_again = true;
    world_.management().rewind_instance(
        known.instance, {}, world_.counted<Answer<RestoredInstance>>("an instance was rewound"));
    return;
  }
  if (known.is_cut || ++restored_ > 2) {
    return;  // no copies of copies
  }
  const auto on_restored = [this, &known, copy](const Result<RestoredInstance, ClientError>& done) {
    if (done) {
      world_.count("an instance was copied");
      add_known(known, copy);
    }
  };
  if (which == 1) {
    world_.trace.note("fork " + known.instance);
    world_.management().fork_instance(known.instance, copy, {},
                                      world_.answer<Answer<RestoredInstance>>(on_restored));
    return;
  }
  world_.trace.note("export " + known.instance);
  world_.management().export_instance(
      known.instance,
      world_.answer<Answer<std::string>>([this, copy, on_restored](const auto& json) {
        if (json && !world_.is_ending()) {
          world_.management().import_instance(*json, copy,
                                              world_.answer<Answer<RestoredInstance>>(on_restored));
        }
      }));
}

void People::remove(Known& known) {
  world_.trace.note("delete " + known.instance);
  known.may_be_gone = true;
  management::DeleteTrees request;
  request.roots = {known.instance};
  request.force = world_.random.chance(70);
  ask_management(world_, std::move(request),
                 world_.answer<management::DeleteTrees::Response>([this](const auto& deleted) {
                   if (deleted && deleted->roots_deleted > 0) {
                     world_.count("an instance was deleted");
                   }
                 }));
}

}  // namespace duroxide::simulation
