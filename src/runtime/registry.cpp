#include "runtime/registry.hpp"

#include <cstddef>
#include <utility>

#include "model/limits.hpp"

namespace duroxide::runtime {

namespace {

/// Names for a log line: all of a few, the first of many.
template <class Container, class Name>
std::string list_of(const Container& container, const Name& name_of) {
  constexpr std::size_t shown = 10;
  std::string text;
  std::size_t count = 0;
  for (const auto& each : container) {
    if (count++ == shown) {
      return text + ", … (" + std::to_string(container.size()) + " in all)";
    }
    text += (text.empty() ? "" : ", ") + name_of(each);
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace

model::Checked OrchestrationRegistry::add(const std::string& name, const std::string& version,
                                          OrchestrationHandler handler) {
  if (auto checked = model::check_name("orchestration name", name); !checked) {
    return checked;
  }
  if (const auto checked = model::check_version(version); !checked) {
    return model::flaw("orchestration " + name + ": " + checked.error().what);
  }
  Versions& versions = names_[name];
  const auto place = versions.try_emplace(*model::parse_version(version));
  if (!place.second) {
    return model::flaw("orchestration " + name + " " + version + " is registered twice");
  }
  place.first->second =
      Found{version, std::make_shared<const OrchestrationHandler>(std::move(handler))};
  return {};
}

void OrchestrationRegistry::replace(const std::string& name, OrchestrationHandler handler) {
  const auto shared = std::make_shared<const OrchestrationHandler>(std::move(handler));
  Versions& versions = names_[name];
  for (auto& [number, found] : versions) {
    found.handler = shared;
  }
  if (versions.empty()) {
    const std::string version = "1.0.0";
    versions.emplace(*model::parse_version(version), Found{version, shared});
  }
}

model::Checked OrchestrationRegistry::set_policy(const std::string& name, VersionPolicy policy) {
  if (auto checked = model::check_name("orchestration name", name); !checked) {
    return checked;
  }
  if (policy.version()) {
    if (const auto checked = model::check_version(*policy.version()); !checked) {
      return model::flaw("the version policy of orchestration " + name + ": " +
                         checked.error().what);
    }
  }
  policies_.insert_or_assign(name, std::move(policy));
  return {};
}

std::vector<std::string> OrchestrationRegistry::check_policies() const {
  std::vector<std::string> mistakes;
  for (const auto& [name, policy] : policies_) {
    if (policy.version() && !resolve(name, policy.version())) {
      mistakes.push_back("the version policy of orchestration " + name + " asks for " +
                         *policy.version() + ", which is not registered; " + registered(name));
    }
  }
  return mistakes;
}

Result<OrchestrationRegistry::Found, NotRegistered> OrchestrationRegistry::resolve(
    const std::string& name, const std::optional<std::string>& version) const {
  const auto policy = policies_.find(name);
  const std::optional<std::string> wanted =
      version || policy == policies_.end() ? version : policy->second.version();
  const auto versions = names_.find(name);
  if (versions != names_.end()) {
    if (!wanted) {
      return versions->second.rbegin()->second;
    }
    const auto number = model::parse_version(*wanted);
    const auto found = number ? versions->second.find(*number) : versions->second.end();
    if (found != versions->second.end()) {
      return found->second;
    }
  }
  return failure(NotRegistered{"orchestration " + name + (wanted ? " " + *wanted : std::string()),
                               registered(name)});
}

/// What there is instead: versions of this orchestration, or orchestrations.
std::string OrchestrationRegistry::registered(const std::string& name) const {
  const auto versions = names_.find(name);
  if (versions == names_.end()) {
    return "registered orchestrations: " +
           list_of(names_, [](const auto& each) { return each.first; });
  }
  return "registered versions: " +
         list_of(versions->second, [](const auto& each) { return each.second.version; });
}

model::Checked ActivityRegistry::add(const std::string& name, ActivityHandler handler,
                                     ActivityKind kind) {
  if (auto checked = model::check_name("activity name", name); !checked) {
    return checked;
  }
  const auto place = names_.try_emplace(name);
  if (!place.second) {
    return model::flaw("activity " + name + " is registered twice");
  }
  place.first->second.handler = std::make_shared<const ActivityHandler>(std::move(handler));
  place.first->second.kind = kind;
  has_pure_ = has_pure_ || kind == ActivityKind::pure;
  return {};
}

void ActivityRegistry::replace(const std::string& name, ActivityHandler handler) {
  Found replaced;
  replaced.handler = std::make_shared<const ActivityHandler>(std::move(handler));
  names_[name] = std::move(replaced);
}

void ActivityRegistry::wrap_each(const Wrap& wrap) {
  for (auto& [name, found] : names_) {
    found.handler = std::make_shared<const ActivityHandler>(wrap(*found.handler));
  }
}

void ActivityRegistry::measure_by(model::Metrics& metrics) {
  for (auto& [name, found] : names_) {
    found.meter = &metrics.activity(name);
  }
}

Result<ActivityRegistry::Found, NotRegistered> ActivityRegistry::resolve(
    const std::string& name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) {
    return failure(NotRegistered{
        "activity " + name,
        "registered activities: " + list_of(names_, [](const auto& each) { return each.first; })});
  }
  return found->second;
}

const ActivityRegistry::Found* ActivityRegistry::find_pure(const std::string& name) const {
  const auto found = names_.find(name);
  return found != names_.end() && found->second.kind == ActivityKind::pure ? &found->second
                                                                           : nullptr;
}

}  // namespace duroxide::runtime
