// Commands that start instances and steer them.

#include <string>
#include <utility>

#include "gateway/command_groups.hpp"
#include "gateway/json_types.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

json of_instance(const std::string& instance) {
  return {{"instance_id", instance}};
}

json start(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  const std::string orchestration = arguments.text("orchestration");
  const auto version = arguments.optional_text("version");
  StartOptions options;
  if (version) {
    options.version(*version);
  }
  if (const auto delay = arguments.duration("delay")) {
    options.delay(*delay);
  }
  if (auto parent = arguments.optional_text("parent")) {
    options.parent(std::move(*parent));
  }
  for (std::string& tag : arguments.texts("tags")) {
    options.tag(std::move(tag));
  }
  if (arguments.flag("use_existing")) {
    options.reuse(ReusePolicy::use_existing);
  }
  if (arguments.flag("same_input")) {
    options.reuse(ReusePolicy::use_existing_same_input);
  }
  Client client = store.client;
  const StartResult started = value_of(client.start_orchestration(
      instance, orchestration, arguments.optional_text("input").value_or(""), options));
  json result = of_instance(instance);
  result["created"] = started.created();
  if (const auto missing = store.missing_registration(orchestration, version)) {
    result["warning"] = {{"kind", "not_registered"},
                         {"message", "the engine cannot run it, and it waits: " + *missing}};
  }
  return result;
}

json raise(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  const std::string name = arguments.text("name");
  const std::string data = arguments.optional_text("data").value_or("");
  Client client = store.client;
  (void)value_of(arguments.flag("queue") ? client.enqueue_event(instance, name, data)
                                         : client.raise_event(instance, name, data));
  return of_instance(instance);
}

json cancel(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  Client client = store.client;
  (void)value_of(
      client.cancel_orchestration(instance, arguments.optional_text("reason").value_or("")));
  return of_instance(instance);
}

json terminate(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  (void)value_of(store.management.terminate_instance(
      instance, arguments.optional_text("reason").value_or("terminated")));
  return of_instance(instance);
}

PauseScope scope_of(const Arguments& arguments) {
  auto instance = arguments.optional_text("instance");
  auto orchestration = arguments.optional_text("orchestration");
  const bool store = arguments.flag("store");
  if (int{instance.has_value()} + int{orchestration.has_value()} + int{store} != 1) {
    throw CommandFailure(CommandError::Kind::usage,
                         "say what: an instance, an orchestration, or the whole store");
  }
  if (instance) {
    return PauseScope::of_instance(std::move(*instance));
  }
  return orchestration ? PauseScope::of_orchestration(std::move(*orchestration))
                       : PauseScope::of_store();
}

json of_scope(const PauseScope& scope) {
  return {{"scope", to_string(scope.kind)}, {"name", scope.name}};
}

json pause(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const PauseScope scope = scope_of(arguments);
  (void)value_of(store.management.pause(scope));
  return of_scope(scope);
}

json resume(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const PauseScope scope = scope_of(arguments);
  (void)value_of(store.management.resume(scope));
  return of_scope(scope);
}

json release(const StoreInUse& store, const Arguments& arguments, Sink&) {
  const std::string instance = arguments.text("instance");
  json result = of_instance(instance);
  result["released"] = value_of(store.management.release_from_quarantine(instance));
  return result;
}

}  // namespace

void add_acting_commands(std::vector<Command>& commands) {
  commands.push_back({"start",
                      {"instance", "orchestration", "input", "version", "delay", "parent", "tags",
                       "use_existing", "same_input"},
                      true,
                      false,
                      start});
  commands.push_back({"raise", {"instance", "name", "data", "queue"}, true, false, raise});
  commands.push_back({"cancel", {"instance", "reason"}, true, false, cancel});
  commands.push_back({"terminate", {"instance", "reason"}, true, false, terminate});
  commands.push_back({"pause", {"instance", "orchestration", "store"}, true, false, pause});
  commands.push_back({"resume", {"instance", "orchestration", "store"}, true, false, resume});
  commands.push_back({"release", {"instance"}, true, false, release});
}

}  // namespace duroxide::gateway
