#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>

#include "model/meters.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

/// What decides who may be given an activity: rows of the worker queue that agree in it wait in one
/// line.
struct WorkLane {
  std::optional<std::string> tag;
  std::optional<std::string> session;

  auto operator<=>(const WorkLane&) const = default;
};

/// Null for the usual lane, without tag and session, which thus costs a row nothing.
using LaneRef = std::shared_ptr<const WorkLane>;

[[nodiscard]] inline LaneRef make_lane(const std::optional<std::string>& tag,
                                       const std::optional<std::string>& session) {
  if (!tag && !session) {
    return nullptr;
  }
  return std::make_shared<const WorkLane>(WorkLane{tag, session});
}

/// A row of the worker queue and where it waits, or waited before it was handed out.
struct WorkRef {
  WorkKey key;
  LaneRef lane;
  model::Instant since{};  ///< when it was put into the queue; the default if it is not known
};

}  // namespace duroxide::storage
