#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include <duroxide/handlers.hpp>
#include <duroxide/result.hpp>

#include "model/version.hpp"

namespace duroxide::runtime {

/// What is missing, for people: `orchestration X 1.2.0`, and what there is instead.
struct NotRegistered {
  std::string what;
  std::string registered;

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

  /// Returns an empty string, or a sentence that says what is wrong; then nothing was added.
  [[nodiscard]] std::string add(const std::string& name, const std::string& version,
                                OrchestrationHandler handler);

  /// This version of it, or the newest if none is asked for.
  [[nodiscard]] Result<Found, NotRegistered> resolve(
      const std::string& name, const std::optional<std::string>& version) const;

 private:
  using Versions = std::map<model::Version, Found>;

  std::unordered_map<std::string, Versions> names_;
};

/// Activities by name.
class ActivityRegistry {
 public:
  /// Returns an empty string, or a sentence that says what is wrong; then nothing was added.
  [[nodiscard]] std::string add(const std::string& name, ActivityHandler handler);

  [[nodiscard]] Result<std::shared_ptr<const ActivityHandler>, NotRegistered> resolve(
      const std::string& name) const;

 private:
  std::map<std::string, std::shared_ptr<const ActivityHandler>> names_;
};

}  // namespace duroxide::runtime
