#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <duroxide/handlers.hpp>
#include <duroxide/result.hpp>
#include <duroxide/runtime.hpp>

#include "model/flaw.hpp"
#include "model/metrics.hpp"
#include "model/version.hpp"
#include "runtime/run_length.hpp"

namespace duroxide::runtime {

/// What is missing, for people: `orchestration X 1.2.0`, and what there is instead.
struct NotRegistered {
  std::string what;
  std::string registered;
  bool another_may_have_it = true;  ///< another runtime, that is

  /// As management shows it.
  [[nodiscard]] std::string waiting_for() const { return "waiting for registration of " + what; }
};

/// Orchestrations by name and version.
class OrchestrationRegistry {
 public:
  struct Found {
    std::string version;
    std::shared_ptr<const OrchestrationHandler> handler;
  };

  /// If it is refused, nothing was added.
  [[nodiscard]] model::Checked add(const std::string& name, const std::string& version,
                                   OrchestrationHandler handler);

  /// Puts `handler` in the place of each version of it, or adds it as 1.0.0 if there is none. The name
  /// must be a valid one.
  void replace(const std::string& name, OrchestrationHandler handler);

  /// Says which version is meant where none is asked for. If it is refused, nothing has changed.
  [[nodiscard]] model::Checked set_policy(const std::string& name, VersionPolicy policy);
  /// What is wrong with the policies, now that everything is registered: a sentence for each mistake.
  [[nodiscard]] std::vector<std::string> check_policies() const;

  /// This version of it; if none is asked for, the one that its policy says.
  [[nodiscard]] Result<Found, NotRegistered> resolve(
      const std::string& name, const std::optional<std::string>& version) const;

 private:
  using Versions = std::map<model::Version, Found>;

  [[nodiscard]] std::string registered(const std::string& name) const;

  std::unordered_map<std::string, Versions> names_;
  std::map<std::string, VersionPolicy> policies_;
};

/// Activities by name.
class ActivityRegistry {
 public:
  struct Found {
    std::shared_ptr<const ActivityHandler> handler;
    ActivityKind kind = ActivityKind::ordinary;
    model::ActivityMeter* meter = nullptr;  ///< null if nothing is measured
    std::shared_ptr<RunLength> run_length = std::make_shared<RunLength>();
  };

  /// If it is refused, nothing was added.
  [[nodiscard]] model::Checked add(const std::string& name, ActivityHandler handler,
                                   ActivityKind kind = ActivityKind::ordinary);

  /// Puts `handler`, as an ordinary activity, in the place of the one of this name, if there is one. The
  /// name must be a valid one.
  void replace(const std::string& name, ActivityHandler handler);
  using Wrap = std::function<ActivityHandler(ActivityHandler)>;
  /// Puts what `wrap` makes of each handler in its place.
  void wrap_each(const Wrap& wrap);

  /// Gives each its meter. `metrics` must outlive whatever is found here from now on.
  void measure_by(model::Metrics& metrics);

  [[nodiscard]] Result<Found, NotRegistered> resolve(const std::string& name) const;
  /// The pure activity of this name; null if there is none.
  [[nodiscard]] const Found* find_pure(const std::string& name) const;
  [[nodiscard]] bool has_pure() const { return has_pure_; }

 private:
  std::map<std::string, Found> names_;
  bool has_pure_ = false;
};

}  // namespace duroxide::runtime
